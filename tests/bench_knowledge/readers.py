"""Readers and a writer at once, in processes of their own like the product's."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from knowledge.tuning import Tuning
from tests.bench_knowledge import floors
from tests.bench_knowledge.corpus import Corpus
from tests.bench_knowledge.house import House, open_house

PROCESSES = 2  # of four readers each, as two conversation workers
THREADS = 4
WRITTEN = 128  # chunks a source that the writer adds, one after the other
Spawn = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Stage:
    """Where everything is."""

    folder: Path
    url: str
    base_id: str
    name: str  # of the base's collection in Chroma
    seconds: float
    words: tuple[str, ...]


def measure(stage: Stage, way: str, tuning: Tuning | None = None) -> list[float]:
    """The milliseconds of every search by *way*, with 8 readers and one writer."""
    stop, answers = Spawn.Event(), Spawn.Queue()
    writer = Spawn.Process(target=_write, args=(stage, stop))
    readers = [
        Spawn.Process(target=_read, args=(stage, way, tuning, 100 + n, answers))
        for n in range(PROCESSES)
    ]
    for process in (writer, *readers):
        process.start()
    times = [time for _ in readers for time in answers.get(timeout=stage.seconds + 300)]
    stop.set()
    for process in (*readers, writer):
        process.join(60)
    return sorted(times)


def _read(stage: Stage, way: str, tuning: Any, seed: int, answers: Any) -> None:
    house = open_house(stage.folder, stage.url, stage.words)
    ask = _ask(stage, house, way, tuning)
    questions = Corpus(seed, stage.words).questions()
    lock = threading.Lock()
    times: list[float] = []

    def reader() -> None:
        while time.monotonic() < ends:
            with lock:
                question = next(questions)
            began = time.perf_counter()
            ask(question)
            times.append((time.perf_counter() - began) * 1_000)

    for _ in range(3):
        ask(next(questions))  # connections are opened, statements are built
    ends = time.monotonic() + stage.seconds
    threads = [threading.Thread(target=reader) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(times)


def _ask(stage: Stage, house: House, way: str, tuning: Any) -> Callable[[str], object]:
    if way == "chroma":
        return floors.chroma_search(house.embedder._corpus, house.server, stage.name)
    if way == "fts5":
        return floors.fts_search(stage.folder / "bare.db")
    base_ids = [stage.base_id]
    return lambda question: house.library.search(question, base_ids, tuning=tuning)


def _write(stage: Stage, stop: Event) -> None:
    house, corpus = open_house(stage.folder, stage.url, stage.words), Corpus(7, stage.words)
    while not stop.is_set():
        texts = [corpus.chunk() for _ in range(WRITTEN)]
        house.read(stage.base_id, texts, "escrito")
