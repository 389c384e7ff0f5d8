"""`make bench-knowledge`: ingestion, search, memory and disk beside their floors, in one run."""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from knowledge.search.tuning import Tuning
from knowledge.vectors.chroma import ChromaServer, collection_name
from store.db.database import Database
from store.db.migrate import migrate
from tests.bench_knowledge import floors, readers
from tests.bench_knowledge.corpus import Corpus, vocabulary
from tests.bench_knowledge.house import CHUNKS_A_SOURCE, House, open_house
from tests.bench_knowledge.readers import CHROMA, FTS5, READERS, WRITTEN, Pace, Stage, Way
from tests.standins.chroma import chroma_server

BAR_MS = 60.0
BAR_TIMES_CHROMA = 3.0
BAR_TIMES_ADD = 2.0
# 115,000 searches an hour, and nearly 100,000 chunks: the whole of a large base written anew.
CALM = Pace(searches=4.0, sources=0.2)
FULL = Pace()
VERDICTS = {True: "kept  ", False: "MISSED", None: "(bare Chroma misses it too)"}
FLOORS: dict[str, Tuning | None] = {CHROMA: None, FTS5: None}
OURS: dict[str, Tuning | None] = {"words only": Tuning(vector=0.0), "words and vectors": Tuning()}


class Line(NamedTuple):
    """What one way of searching took."""

    way: str
    half: float  # milliseconds that half of the searches stayed under
    most: float  # and 95 of a hundred
    searches: int


@dataclass
class Size:
    """What was measured at one size."""

    chunks: int
    added: float  # chunks a second, embedding not counted
    bare_added: float
    exact: Line
    lines: dict[Pace, list[Line]]  # by pace
    memory: dict[str, float]  # MiB
    disk: dict[str, float]


def main() -> None:
    """Measure each size and print a table; leave with 1 when a bar is missed."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-knowledge-") as folder:
        kept = [_show(_size(Path(folder) / str(n), n, asked.seconds)) for n in asked.sizes]
    raise SystemExit(0 if all(kept) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-knowledge", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each way of searching")
    return parser.parse_args()


def _size(folder: Path, chunks: int, seconds: float) -> Size:
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'studio.db'}")
    migrate(database)
    database.close()
    with chroma_server(folder / "chroma") as running:
        url = running.url
        words = vocabulary()
        house = open_house(folder, url, words)
        base_id = house.base()
        corpus = Corpus(2, words)
        texts = [corpus.chunk() for _ in range(chunks)]
        vectors = house.embedder.embed_passages(texts)
        print(f"  {chunks:,} chunks: adding ...", file=sys.stderr, flush=True)
        added = chunks / _ingest(house, base_id, texts, vectors)
        bare = _bare_add(folder / "bare", vectors)
        name = collection_name(house.sources.base(base_id))
        floors.fts_build(folder / "bare.db", texts)
        stage = Stage(folder, url, base_id, name, seconds, words)
        exact = _exact(house, vectors)
        lines = {pace: _lines(stage, pace) for pace in (CALM, FULL)}
        memory = {"chroma": _memory(running.pid)}
        house.database.close()
    return Size(chunks, added, chunks / bare, exact, lines, memory, _disk(folder))


def _lines(stage: Stage, pace: Pace) -> list[Line]:
    found = []
    for name, tuning in (FLOORS | OURS).items():
        print(f"  {name}, {pace} ...", file=sys.stderr, flush=True)
        found.append(_line(name, readers.measure(stage, Way(name, tuning, pace))))
    return found


def _ingest(house: House, base_id: str, texts: list[str], vectors: list[list[float]]) -> float:
    """Seconds to read it all through the product, its embedder answering from memory."""
    made = dict(zip(texts, vectors, strict=True))
    house.embedder.embed_passages = lambda texts: [made[text] for text in texts]  # type: ignore[method-assign]
    began = time.perf_counter()
    for start in range(0, len(texts), CHUNKS_A_SOURCE):
        house.read(base_id, texts[start : start + CHUNKS_A_SOURCE], f"fuente {start}")
    return time.perf_counter() - began


def _bare_add(folder: Path, vectors: list[list[float]]) -> float:
    """Seconds to add the same vectors to a Chroma of their own."""
    folder.mkdir()
    with chroma_server(folder / "chroma") as running:
        server = ChromaServer(running.url)
        began = time.perf_counter()
        floors.chroma_add(server, "bare", vectors)
        return time.perf_counter() - began


def _exact(house: House, vectors: list[list[float]]) -> Line:
    corpus = house.embedder._corpus
    ask = floors.numpy_search(corpus, np.asarray(vectors, dtype=np.float32))
    times = []
    for question, _ in zip(Corpus(3, corpus.words).questions(), range(200), strict=False):
        began = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - began) * 1_000)
    return _line("numpy, exact, one reader", sorted(times))


def _line(way: str, times: list[float]) -> Line:
    return Line(way, times[len(times) // 2], times[int(len(times) * 0.95)], len(times))


def _memory(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _disk(folder: Path) -> dict[str, float]:
    def size(of: Path) -> float:
        files = [of] if of.is_file() else [path for path in of.rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files) / 2**20

    return {"database": size(folder / "studio.db"), "chroma": size(folder / "chroma")}


def _show(size: Size) -> bool:
    """Print one size; True when it keeps every bar."""
    print(f"\n{size.chunks:,} chunks, {READERS} readers in two processes; one writer of sources")
    print(f"of {WRITTEN} chunks, one after the other or every {1 / CALM.sources:.0f} s")
    print("| search | p50 ms | p95 ms | searches |\n|---|---|---|---|")
    _print_line(size.exact, "")
    for pace, lines in size.lines.items():
        for line in lines:
            _print_line(line, f", {pace}")
    print(f"added: {size.added:,.0f} chunks/s, bare Chroma {size.bare_added:,.0f} chunks/s")
    for what, held in (("memory", size.memory), ("disk", size.disk)):
        print(f"{what}: " + ", ".join(f"{name} {mib:,.0f} MiB" for name, mib in held.items()))
    bars = _bars(size)
    for bar, kept in bars.items():
        print(f"{VERDICTS[kept]} {bar}")
    return False not in bars.values()


def _print_line(line: Line, paced: str) -> None:
    print(f"| {line.way}{paced} | {line.half:.1f} | {line.most:.1f} | {line.searches:,} |")


def _bars(size: Size) -> dict[str, bool | None]:
    """Each bar, and whether it is kept; None: it cannot be told here."""
    bars: dict[str, bool | None] = {}
    for pace, lines in size.lines.items():
        p95 = {line.way: line.most for line in lines}
        most = max(p95[way] for way in OURS)
        # Where a bare Chroma takes longer, the machine is too small for what is asked of it.
        can_tell = most < BAR_MS or p95[CHROMA] < BAR_MS
        bars[f"p95 under {BAR_MS:.0f} ms, {pace}"] = most < BAR_MS if can_tell else None
        within = most <= BAR_TIMES_CHROMA * p95[CHROMA]
        bars[f"p95 within {BAR_TIMES_CHROMA:.0f} times bare Chroma, {pace}"] = within
    half_as_fast = size.added * BAR_TIMES_ADD >= size.bare_added
    return bars | {"added at least half as fast as bare Chroma": half_as_fast}


if __name__ == "__main__":
    main()
