"""Readers and a writer at once, in processes of their own like the product's.

As fast as they can: each reader asks as soon as its last question is answered, and the writer adds
one source after the other; that measures what fits into the machine. At a pace: questions and
sources come as customers and staff bring them, and a search's time counts from when it was due, so
that one which waits for a late one before it is late as well. Load and writer are the same for
every way of searching.
"""

import gc
import itertools
import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

from jobs.chores import NICENESS
from knowledge.search.tuning import Tuning
from tests.bench_knowledge import floors
from tests.bench_knowledge.corpus import Corpus
from tests.bench_knowledge.house import House, open_house

PROCESSES = 2  # of four readers each, as two conversation workers
THREADS = 4
READERS = PROCESSES * THREADS
CHROMA, FTS5 = "chroma", "fts5"  # the floors
WRITTEN = 128  # chunks a source that the writer adds
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


@dataclass(frozen=True)
class Pace:
    """How often something is asked and written; 0: as fast as that goes."""

    searches: float = 0.0  # a second, of each reader
    sources: float = 0.0  # a second

    def __str__(self) -> str:
        if not self.searches:
            return "as fast as they can"
        return f"{self.searches * READERS:.0f} a second"


@dataclass(frozen=True)
class Way:
    """One way of searching."""

    name: str
    tuning: Tuning | None
    pace: Pace


def measure(stage: Stage, way: Way) -> list[float]:
    """The milliseconds of every search, shortest first, with 8 readers and one writer."""
    stop, answers = Spawn.Event(), Spawn.Queue()
    ready = Spawn.Barrier(PROCESSES + 1)  # nobody is measured while another still starts
    writer = Spawn.Process(target=_write, args=(stage, way.pace, ready, stop))
    readers = [
        Spawn.Process(target=_read, args=(stage, way, 100 + n, ready, answers))
        for n in range(PROCESSES)
    ]
    for process in (writer, *readers):
        process.start()
    times = [time for _ in readers for time in answers.get(timeout=stage.seconds + 300)]
    stop.set()
    for process in (*readers, writer):
        process.join(60)
    return sorted(times)


def _read(stage: Stage, way: Way, seed: int, ready: Barrier, answers: Any) -> None:
    house = open_house(stage.folder, stage.url, stage.words)
    ask = _ask(stage, house, way)
    questions = Corpus(seed, stage.words).questions()
    lock = threading.Lock()
    times: list[float] = []

    def reader(draw: random.Random) -> None:
        for due in _due(way.pace.searches, began, began + stage.seconds, draw):
            with lock:
                question = next(questions)
            ask(question)
            times.append((time.perf_counter() - due) * 1_000)

    for _ in range(3):
        ask(next(questions))  # connections are opened, statements are built
    gc.freeze()  # as a conversation worker does
    ready.wait(120)
    began = time.perf_counter()
    draws = [random.Random(seed * THREADS + n) for n in range(THREADS)]
    threads = [threading.Thread(target=reader, args=(draw,)) for draw in draws]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(times)


def _due(pace: float, began: float, ends: float, draw: random.Random) -> Iterator[float]:
    """When each search is due; with a pace by chance, as customers' questions come."""
    due = began
    while True:
        due = due + draw.expovariate(pace) if pace else time.perf_counter()
        if due >= ends:
            return
        time.sleep(max(0.0, due - time.perf_counter()))
        yield due


def _ask(stage: Stage, house: House, way: Way) -> Callable[[str], object]:
    if way.name == CHROMA:
        return floors.chroma_search(house.embedder._corpus, house.server, stage.name)
    if way.name == FTS5:
        return floors.fts_search(stage.folder / "bare.db")
    base_ids = [stage.base_id]
    return lambda question: house.retriever.search(question, base_ids, tuning=way.tuning)


def _write(stage: Stage, pace: Pace, ready: Barrier, stop: Event) -> None:
    os.nice(NICENESS)  # as a chore worker does
    between = 1 / pace.sources if pace.sources else 0.0
    house, corpus = open_house(stage.folder, stage.url, stage.words), Corpus(7, stage.words)
    for number in itertools.count():
        texts = [corpus.chunk() for _ in range(WRITTEN)]
        began = time.monotonic()
        house.read(stage.base_id, texts, "escrito")
        if not number:
            ready.wait(120)
        if stop.wait(max(0.0, began + between - time.monotonic())):
            return
