"""What the parts cost by themselves: exact NumPy search, a bare Chroma, a bare FTS5."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from knowledge.ingest.embedding import WRITTEN_AT_ONCE
from knowledge.lexical import stem, stems
from knowledge.search.neighbours import NEIGHBOURS
from knowledge.vectors.chroma import ChromaServer
from tests.bench_knowledge.corpus import Corpus

BATCH = WRITTEN_AT_ONCE  # as the product's
Ask = Callable[[str], object]


def numpy_search(
    corpus: Corpus, matrix: "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
) -> Ask:
    """The nearest of all vectors, exactly."""

    def ask(question: str) -> object:
        similarity = matrix @ np.asarray(corpus.vector(question), dtype=np.float32)
        most = min(NEIGHBOURS, len(similarity) - 1)
        return np.argpartition(-similarity, most)[:most]

    return ask


def chroma_search(corpus: Corpus, server: ChromaServer, name: str) -> Ask:
    """One query of Chroma, and nothing else."""
    return lambda question: server.query(name, corpus.vector(question), NEIGHBOURS)


def chroma_add(server: ChromaServer, name: str, vectors: Sequence[list[float]]) -> None:
    """The same vectors into a collection of their own, in batches like the product's."""
    for start in range(0, len(vectors), BATCH):
        some = list(vectors[start : start + BATCH])
        ids = [f"s:1:{start + n}" for n in range(len(some))]
        server.upsert(name, ids, some, [{"source": "s", "version": 1} for _ in some])


def fts_build(path: Path, texts: Sequence[str]) -> None:
    """A bare FTS5 table of the same stems."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIRTUAL TABLE bare USING fts5(stems)")
        rows = ((stem(text),) for text in texts)
        connection.executemany("INSERT INTO bare(stems) VALUES (?)", rows)


def fts_search(path: Path) -> Ask:
    """One query of FTS5, ranked by BM25, and nothing else."""
    connections: dict[int, sqlite3.Connection] = {}

    def ask(question: str) -> object:
        own = connections.setdefault(
            threading.get_ident(), sqlite3.connect(path, check_same_thread=False)
        )
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(stems(question)))
        query = "SELECT rowid FROM bare WHERE bare MATCH ? ORDER BY rank LIMIT 30"
        return own.execute(query, (words,)).fetchall()

    return ask
