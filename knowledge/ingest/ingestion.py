"""Reading a source: bytes, text, chunks, then visible, then vectors; or a sentence why not.

What a source says is found by its words at once, and by its meaning when its vectors are made: that
takes longer, so the words of every source that waits come first. Safe to run twice and to be killed
anywhere. What a killed reading left carries a version that no search looks at, and the next reading
of the source, or its removal, clears it away.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from knowledge import snapshots
from knowledge.base import (
    Base,
    Chunk,
    Document,
    EmbedderFor,
    Source,
    Transactions,
)
from knowledge.errors import (
    EmbeddingUnavailable,
    FetchRefused,
    IndexUnavailable,
    KnowledgeError,
    Unreadable,
)
from knowledge.ingest import corrections, differences, erasure, files
from knowledge.ingest.embedding import WRITTEN_AT_ONCE, Embedding
from knowledge.ingest.parts import read_archive, read_site
from knowledge.ingest.runs import IngestionRun, Overtaken, delete_chunks
from knowledge.ingest.sources import Sources
from knowledge.notices import stored
from knowledge.parsing.loaders import READ_AS
from knowledge.parsing.splitter import split
from knowledge.search.tuning import Tuning
from knowledge.states import READ, SourceKind, SourceState
from knowledge.tables import chunks, sources
from knowledge.vectors.chroma import Vectors
from knowledge.web.fetch import Fetched, fetch, name_for

log = logging.getLogger(__name__)

MAX_CHUNKS = 20_000
# What is left of a source's row while the files are being scrubbed.
_NAMELESS = {
    "name": "",
    "url": "",
    "stored_name": "",
    "fingerprint": "",
    "text_hash": "",
    "error": "",
    "notices": [],
    "held": {},
    "options": {},
}
RETRY_SECONDS = 15  # doubled with each attempt


class Ingestion:
    """Reads and removes sources; one call a source, from a chore worker or a notebook."""

    def __init__(
        self,
        sources: Sources,
        database: Transactions,
        vectors: Vectors,
        embedder_for: EmbedderFor,
        read_document: Callable[[Path, str], Document],
        fetch_page: Callable[..., Fetched] = fetch,
        read_page: Callable[[str], Fetched] | None = None,
        chroma_folder: Path | None = None,
    ) -> None:
        self.sources = sources
        self.database = database
        self.vectors = vectors
        self.embedder_for = embedder_for
        self.read_document = read_document
        self.fetch_page = fetch_page
        self.read_page = read_page  # Jina Reader, for sources that ask for it
        self.chroma_folder = chroma_folder  # of a Chroma on this machine

    def read(self, source_id: str) -> None:
        """Read the source and show it, or record why not. Does nothing when nothing is due."""
        reading = IngestionRun.claim(self.sources, source_id)
        if reading is None:
            return
        base = self.sources.base(reading.source.base_id)
        try:
            self._read(reading, base)
        except Overtaken:
            log.info("ingestion overtaken source=%s version=%s", source_id, reading.version)
            self._forget(reading)
        except KnowledgeError as error:
            self._record(reading, error)
        else:
            log.info("source read source=%s version=%s", source_id, reading.version)

    def remove(self, source_id: str) -> None:
        """Remove every trace of a source that was marked for it. Safe to repeat.

        While the vector store is away the source stays marked, and is named by `due` again.
        """
        try:
            for source in self._sources(id=source_id, state=SourceState.REMOVING):
                self._remove(source)
        except IndexUnavailable:
            log.warning("source not removed yet source=%s", source_id)

    def _remove(self, source: Source) -> None:
        base = self.sources.base(source.base_id)
        self.vectors.erase_source(base, source.id)
        files.remove(self.sources.files_dir, source.stored_name)
        _page(self.sources, source).unlink(missing_ok=True)
        delete_chunks(self.sources, select(chunks.c.id).where(chunks.c.source_id == source.id))
        own = sources.c.id == source.id
        with self.database.write() as tx:
            corrections.forget(tx, source.id)
            differences.forget(tx, source.id)
            snapshots.forget(tx, source.id)
            tx.execute(update(sources).where(own).values(**_NAMELESS))
            self.sources.raise_revision(tx, base.id)
        if len(self._sources(base_id=base.id)) == 1:
            self.vectors.drop(base)
        # The last one out puts the lights out.
        if len(self._sources(state=SourceState.REMOVING)) == 1:
            erasure.scrub(self.database, self.chroma_folder)
            files.drop_strays(self.sources.files_dir, self._stored_names())
        # Last of all, so that whoever is killed before this does all of it again.
        with self.database.write() as tx:
            tx.execute(delete(sources).where(own))
        if not self._sources(state=SourceState.REMOVING):
            erasure.empty_log(self.database)
        log.info("source removed source=%s", source.id)

    def _read(self, reading: IngestionRun, base: Base) -> None:
        if reading.source.kind == SourceKind.ARCHIVE:
            return read_archive(reading)
        if reading.source.kind == SourceKind.SITE:
            return read_site(reading, self.fetch_page)
        if not reading.published:
            self._write(reading, base)
        if reading.held:
            return
        reading.tell_released()
        reading.discard_chunks()
        if self._embed(reading, base):
            reading.finish()

    def tidy(self, source_id: str) -> None:
        """Clear away what was read of a source and nobody pins any more. Safe to repeat."""
        for source in self._sources(id=source_id):
            if source.untidy and source.state in READ:
                try:
                    self._tidy(source, self.sources.base(source.base_id))
                except IndexUnavailable:
                    log.info("old versions stay for now source=%s", source_id)

    def _tidy(self, source: Source, base: Base) -> None:
        own = chunks.c.source_id == source.id
        old = chunks.c.source_version < source.fence  # a reading may have begun meanwhile
        delete_chunks(self.sources, select(chunks.c.id).where(own, old, ~snapshots.is_searched()))
        if base.has_vectors:
            there = set(self.vectors.ids(base, source.id))
            place = select(chunks.c.source_version, chunks.c.position)
            with self.database.read() as tx:
                rows = tx.execute(place.where(own, snapshots.is_searched())).all()
            kept = {f"{source.id}:{version}:{position}" for version, position in rows}
            self.vectors.remove_ids(base, sorted(there - kept))
        with self.database.write() as tx:
            same = (sources.c.id == source.id) & (sources.c.untidy == source.untidy)
            tx.execute(update(sources).where(same).values(untidy=0))

    def _write(self, reading: IngestionRun, base: Base) -> None:
        """Write and publish what the source says now, unless it says what it said before."""
        document, about = self._document(reading.source)
        text_hash = _hash(document)
        if reading.source.version and text_hash == reading.source.text_hash:
            return reading.note(document.notices)
        if reading.source.text_hash and text_hash == reading.source.options.get("refused"):
            return None
        pieces = _pieces(document, Tuning.of(base.tuning).chunk_tokens)
        pieces = corrections.applied(self.database, reading.source.id, pieces)
        for start in range(0, len(pieces), WRITTEN_AT_ONCE):
            reading.write(pieces[start : start + WRITTEN_AT_ONCE], len(pieces))
        about["notices"] = stored(document.notices)
        texts = [piece.text for piece in pieces]
        if self._takes_away_much(reading.source, texts):
            return reading.hold_back(text_hash, texts, **about)
        reading.publish(text_hash, texts, **about)

    def _takes_away_much(self, source: Source, texts: Sequence[str]) -> bool:
        """Whether a page says much less than before. What a person replaced, a person has seen."""
        if source.kind != SourceKind.URL or not source.version:
            return False
        with self.database.read() as tx:
            before = differences.texts_of(tx, source.id, source.version)
        return differences.takes_away_much(before, texts)

    def _embed(self, reading: IngestionRun, base: Base) -> bool:
        """Make the vectors that are missing. False when other sources are to be read first."""
        embedding = Embedding(self.database, self.vectors, self.embedder_for, base)
        own = (chunks.c.source_id == reading.source.id, snapshots.is_searched())
        missing, total = embedding.missing(*own, source_id=reading.source.id)
        for made in embedding.make(missing):
            reading.advance(total - len(missing) + made, total, embedding.billed())
            if made < len(missing) and reading.hand_back():
                return False
        return True

    def _document(self, source: Source) -> tuple[Document, dict[str, Any]]:
        path, name = (
            self.sources.files_dir / source.stored_name,
            source.name + READ_AS[source.kind],
        )
        if source.kind == SourceKind.URL:
            page = self._fetched(source)
            path, name = _page(self.sources, source), name_for(page)
            self.sources.files_dir.mkdir(parents=True, exist_ok=True)
            path.write_bytes(page.body)
        try:
            document = self.read_document(path, name)
            body = path.read_bytes()
        except FileNotFoundError:
            raise Unreadable("The stored file is gone. Add it again.", "file_gone") from None
        finally:
            if source.kind == SourceKind.URL:
                path.unlink(missing_ok=True)
        return document, {"fingerprint": hashlib.sha256(body).hexdigest(), "bytes": len(body)}

    def _fetched(self, source: Source) -> Fetched:
        if not source.options.get("reader"):
            return self.fetch_page(source.url)
        if self.read_page is None:
            raise FetchRefused(
                "Jina Reader needs a key. Set JINA_API_KEY, or add the page without it.",
                "reader_key",
            )
        return self.read_page(source.url)

    def _record(self, reading: IngestionRun, error: KnowledgeError) -> None:
        sentence, later = str(error), isinstance(error, EmbeddingUnavailable | IndexUnavailable)
        log.warning("source not read source=%s code=%s", reading.source.id, error.code)
        try:
            if later:
                wait = RETRY_SECONDS * 2 ** (reading.source.attempts - 1)
                reading.postpone(sentence, error.code, wait)
            else:
                reading.fail(sentence, error.code)
        except Overtaken:
            log.info("ingestion overtaken source=%s", reading.source.id)
        self._forget(reading)

    def _forget(self, reading: IngestionRun) -> None:
        if not reading.published:
            reading.discard_chunks(own_only=True)

    def _sources(self, **same: str) -> Sequence[Source]:
        """The sources whose columns hold these values."""
        query = select(sources).where(*(sources.c[name] == value for name, value in same.items()))
        with self.database.read() as tx:
            return [Source.of(row._asdict()) for row in tx.execute(query)]

    def _stored_names(self) -> set[str]:
        with self.database.read() as tx:
            return set(tx.scalars(select(sources.c.stored_name)))


def _pieces(document: Document, size: int) -> list[Chunk]:
    pieces = split(document, size)
    if not pieces:
        raise Unreadable("There is no text in it.", "no_text")
    if len(pieces) > MAX_CHUNKS:
        raise Unreadable("It is too long. Divide it and add the parts.", "too_long")
    return pieces


def _hash(document: Document) -> str:
    """The fingerprint of what the document says: a page's bytes differ with each visit."""
    digest = hashlib.sha256()
    for section in document:
        said = [section.text, section.heading, section.page, section.row]
        digest.update(json.dumps(said, ensure_ascii=False).encode("utf-8", errors="replace"))
    return digest.hexdigest()


def _page(source_store: Sources, source: Source) -> Path:
    return source_store.files_dir / f"{source.id}.page"
