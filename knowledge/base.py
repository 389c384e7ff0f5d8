"""The values this room deals in, and the parts it can be given."""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from knowledge.notices import Notice, from_stored
from knowledge.states import UNREAD, Effect, SourceKind, SourceState

if TYPE_CHECKING:  # the child that parses a file needs no database: it starts in half the time
    from sqlalchemy import Connection

# Providers of no vectors: chosen, or the hashed ones that bases before e5 were made with.
WORDS, HASHED = "words", "local"
WORDS_ALONE = (WORDS, HASHED)
MAX_BYTES = 20_000_000  # of a file
READABLE = (".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".html", ".htm", ".md", ".txt")


@dataclass(frozen=True)
class Section:
    """A stretch of a document's text that shares one place: a page, a row, a heading."""

    text: str
    page: int | None = None  # counted from 1
    row: int | None = None  # counted from 1, headers not counted
    heading: str = ""
    fields: dict[str, str] | None = None  # a table row as {column: value}


class Document(list[Section]):
    """The sections of a document, in order, and what staff should know of it."""

    def __init__(self, sections: Iterable[Section] = (), notices: Sequence[Notice] = ()) -> None:
        super().__init__(sections)
        self.notices = tuple(notices)


@dataclass(frozen=True)
class Chunk:
    """What is embedded and found: a piece of a section, small enough to quote."""

    text: str
    position: int
    page: int | None = None
    row: int | None = None
    heading: str = ""
    fields: dict[str, str] | None = None
    fingerprint: str = ""  # of the text as it was read; empty: staff changed nothing
    silenced: bool = False  # staff wish it not to be found


@dataclass(frozen=True)
class Passage:
    """A chunk that answered a search, with where it stands and how well it fits (0 to 1)."""

    chunk_id: int
    base_id: str
    source_id: str
    source: str  # the name staff know: a file name or an address
    source_version: int
    text: str
    score: float
    page: int | None = None
    row: int | None = None
    heading: str = ""
    url: str = ""
    found_by: tuple[str, ...] = field(default=())  # lexical, ngrams, vector, reranker
    kind: str = ""  # of the source; curated: an answer that staff wrote

    @property
    def place(self) -> str:
        """Where it stands, for people: `garantia.pdf, p. 3`."""
        if self.page is not None:
            return f"{self.source}, p. {self.page}"
        if self.row is not None:
            return f"{self.source}, fila {self.row}"
        return self.source


@dataclass(frozen=True)
class Base:
    """A knowledge base: sources that agents search together, all embedded by one model."""

    id: str
    name: str
    provider: str  # of the embeddings: jina | e5 | words (none)
    model: str
    dimension: int
    revision: int  # rises when what can be found changes
    sources: int = 0
    passages: int = 0
    tuning: Mapping[str, Any] = field(
        default_factory=dict, compare=False
    )  # `knowledge.search.tuning`

    @property
    def has_vectors(self) -> bool:
        """False for a base that is searched by its words alone."""
        return self.provider not in WORDS_ALONE


@dataclass(frozen=True)
class Source:
    """A file or page of a base, and how far it has been read."""

    id: str
    base_id: str
    kind: SourceKind
    name: str
    url: str
    stored_name: str
    bytes: int
    fingerprint: str
    state: SourceState
    done: int
    total: int
    error: str
    error_code: str
    version: int  # the reading that is searched; 0: none yet
    fence: int
    attempts: int
    lease_until: float
    created_by: str
    created_at: float
    updated_at: float
    parent_id: str = ""  # the site or archive it is a part of
    options: dict[str, Any] = field(default_factory=dict)
    text_hash: str = ""
    refresh_hours: int = 0  # how often it is read again; 0: never by itself
    checked_at: float = 0  # when it was last compared with what is out there
    gone_at: float = 0  # since when its address answers that it is gone; 0: it is there
    tokens: int = 0  # billed by the embedding service for every reading of it
    ends_at: float = 0  # when the reading is expected to end, by its pace; 0: not known
    notices: tuple[Notice, ...] = ()  # what was not kept of the reading that is searched
    effect: Effect = Effect.RELEASE  # when customers are told what it says by now
    held: dict[str, Any] = field(default_factory=dict)  # of a reading that waits for a person
    untidy: int = 0  # not 0: readings that nobody pins any more are to be cleared away

    @property
    def by_words(self) -> bool:
        """True while what it says is found by its words, and its vectors are being made."""
        return self.state in UNREAD and 0 < self.version == self.fence

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Source":
        """The source that stands in a row of its table."""
        return cls(**{**row, "notices": from_stored(row["notices"])})


@dataclass(frozen=True)
class Difference:
    """What a re-read found changed in a source: whole lines of its text."""

    source_id: str
    version: int
    found_at: float
    added: list[str]
    removed: list[str]
    more: int  # changed lines that were not kept


@dataclass(frozen=True)
class StoredChunk:
    """A chunk as it is kept, for people to look at."""

    id: int
    source_id: str
    source_version: int
    position: int
    text: str
    page: int | None = None
    row: int | None = None
    heading: str = ""
    fields: dict[str, str] | None = None
    fingerprint: str = ""  # not empty: staff changed it (`knowledge.ingest.corrections`)
    silenced: bool = False  # staff wish it not to be found


@dataclass(frozen=True)
class TableRow:
    """A row of a table among the sources: what a catalogue is asked about."""

    chunk_id: int
    base_id: str
    source_id: str
    source: str
    row: int
    fields: dict[str, str] = field(hash=False)


class Transactions(Protocol):
    """The database as this room needs it (`store.db.database.Database` is one)."""

    is_sqlite: bool

    def read(self) -> contextlib.AbstractContextManager["Connection"]:
        """A connection for reading."""

    def write(self) -> contextlib.AbstractContextManager["Connection"]:
        """A transaction for writing; inside another one it joins that."""

    def on_commit(self, call: Callable[[], object]) -> None:
        """Call when the transaction is committed; at once when there is none."""

    def on_undo(self, call: Callable[[], object]) -> None:
        """Call when the transaction is undone."""


class Embedder(Protocol):
    """Turns text into vectors of `dimension` floats, length one."""

    provider: str
    model: str
    dimension: int

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text. Raises EmbeddingRefused or EmbeddingUnavailable."""

    def embed_query(self, text: str) -> list[float]:
        """The vector to search with. Raises EmbeddingRefused or EmbeddingUnavailable."""


class EmbedderFor(Protocol):
    """Finds the embedder a base was made with. Raises EmbeddingRefused when it cannot be had."""

    def __call__(self, provider: str, model: str, dimension: int) -> Embedder:
        """The embedder by that name."""


def embedded(heading: str, text: str) -> str:
    """What the vector of a chunk is made of."""
    return f"{heading}\n{text}" if heading else text
