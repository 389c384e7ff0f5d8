"""The vectors, in Chroma: one collection a base and embedding model.

A server is spoken to by its HTTP API (`/api/v2`, Chroma 1.x) over urllib3 rather than by its
Python client: the client shares one httpx pool between all threads, which costs 14 ms of CPU a
query at 128 threads instead of 2, and loads 80 MB.
Collections are made without an embedding function: vectors always come from us. Chroma knows ids
and versions only; the text stays in the database.
"""

import array
import base64
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import urllib3
from urllib3.exceptions import HTTPError

from knowledge.base import Base, Chunk
from knowledge.errors import IndexUnavailable, MixedEmbeddings

_COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"
_JSON = {"Content-Type": "application/json"}
_CONNECTIONS = 128  # kept open; a thread more makes one for itself
_WRITE_SECONDS = 60  # hundreds of vectors at once, and now and then Chroma writes its index out
_SYNCED_AFTER = 1_100  # operations: over Chroma's default `sync_threshold`
_ERASED_AT_ONCE = 100  # writing over a vector takes the index about as long as adding it
_DELETED_AT_ONCE = 1_000  # Chroma refuses batches over 5,461


@dataclass(frozen=True)
class Near:
    """A chunk near a vector. Similarity is the cosine."""

    source_id: str
    version: int
    position: int
    similarity: float


class Collections(Protocol):
    """Named collections of vectors: a Chroma server, or Chroma inside this process."""

    def upsert(self, name: str, ids: list[str], vectors: Any, metadatas: Any) -> None:
        """Add or replace vectors, making the collection when it is the first time."""

    def query(
        self,
        name: str,
        vector: Sequence[float],
        limit: int,
        where: dict[str, Any] | None = None,
    ) -> list[tuple[str, float]]:
        """The nearest (id, distance); nothing when there is no such collection."""

    def ids(self, name: str, where: dict[str, Any] | None, limit: int) -> list[str]:
        """Some of the ids whose metadata fit."""

    def delete(self, name: str, ids: list[str]) -> None:
        """Delete these ids."""

    def drop(self, name: str) -> None:
        """Delete the collection, if there is one."""


class Vectors:
    """The vector side of every base."""

    def __init__(self, url: str = "", collections: Collections | None = None) -> None:
        self._collections = collections or ChromaServer(url)

    def add(
        self,
        base: Base,
        source_id: str,
        version: int,
        pieces: Sequence[Chunk],
        vectors: Sequence[Sequence[float]],
    ) -> None:
        """Keep the vectors of *pieces*; repeating it changes nothing."""
        if not base.has_vectors:
            return
        if any(len(vector) != base.dimension for vector in vectors):
            raise MixedEmbeddings
        if pieces:
            self._collections.upsert(
                collection_name(base),
                [f"{source_id}:{version}:{piece.position}" for piece in pieces],
                [list(vector) for vector in vectors],
                [{"source": source_id, "version": version} for _ in pieces],
            )

    def search(
        self, base: Base, vector: Sequence[float], limit: int, sources: Sequence[str] = ()
    ) -> list[Near]:
        """The chunks nearest to *vector*, nearest first, of any version; *sources* narrows it."""
        among = {"source": {"$in": list(sources)}} if sources else None
        found = self._collections.query(collection_name(base), vector, limit, among)
        return [_near(name, distance) for name, distance in found]

    def erase_source(self, base: Base, source_id: str) -> None:
        """Remove every vector of the source, also from the files of the index.

        Chroma keeps a deleted vector in its index (measured with 1.5.9), but not one that was
        written over; and it writes the index only every thousand operations, so as many are made.
        """
        name = collection_name(base)
        found = False
        while ids := self._collections.ids(name, {"source": source_id}, _ERASED_AT_ONCE):
            about = [{"source": source_id, "version": 0} for _ in ids]
            blank = [_blank(number, base.dimension) for number in range(len(ids))]
            self._collections.upsert(name, ids, blank, about)
            self._collections.delete(name, ids)
            found = True
        if found:
            self._collections.delete(name, [f"0:0:{n}" for n in range(_SYNCED_AFTER)])

    def drop(self, base: Base) -> None:
        """Remove the base's collection, for a base that holds nothing any more."""
        self._collections.drop(collection_name(base))

    def remove_chunk(self, base: Base, source_id: str, version: int, position: int) -> None:
        """Remove one vector."""
        self._collections.delete(collection_name(base), [f"{source_id}:{version}:{position}"])

    def remove_ids(self, base: Base, ids: Sequence[str]) -> None:
        """Remove the vectors of those ids."""
        for start in range(0, len(ids), _DELETED_AT_ONCE):
            some = list(ids[start : start + _DELETED_AT_ONCE])
            self._collections.delete(collection_name(base), some)

    def ids(self, base: Base, source_id: str = "") -> list[str]:
        """Every id of the base's collection, or of one source in it."""
        where = {"source": source_id} if source_id else None
        return self._collections.ids(collection_name(base), where, 1_000_000)


class ChromaServer:
    """Collections of a Chroma server."""

    def __init__(self, url: str, seconds: float = 10) -> None:
        self._url = url + _COLLECTIONS
        self._seconds = seconds
        self._pool = urllib3.PoolManager(maxsize=_CONNECTIONS, retries=False)
        self._known: dict[str, str] = {}  # name -> id

    def is_up(self) -> bool:
        """True when the server answers, as it does not yet while it starts."""
        try:
            self._send("GET", "?limit=1")
        except IndexUnavailable:
            return False
        return True

    def upsert(self, name: str, ids: list[str], vectors: Any, metadatas: Any) -> None:
        """Add or replace vectors, making the collection when it is the first time."""
        # As the client sends them: a tenth of the time that lists of digits take.
        packed = [_packed(vector) for vector in vectors]
        body = {"ids": ids, "embeddings": packed, "metadatas": metadatas}
        if self._on(name, "upsert", body) is None:
            self._make(name)
            if self._on(name, "upsert", body) is None:
                raise IndexUnavailable

    def query(
        self,
        name: str,
        vector: Sequence[float],
        limit: int,
        where: dict[str, Any] | None = None,
    ) -> list[tuple[str, float]]:
        """The nearest (id, distance); nothing when there is no such collection."""
        about: dict[str, Any] = {"n_results": limit, "include": ["distances"]}
        about |= {"where": where} if where else {}
        found = self._on(name, "query", _asking(vector, about))
        return list(zip(found["ids"][0], found["distances"][0], strict=True)) if found else []

    def ids(self, name: str, where: dict[str, Any] | None, limit: int) -> list[str]:
        """Some of the ids whose metadata fit."""
        found = self._on(name, "get", {"where": where, "limit": limit, "include": []})
        return list(found["ids"]) if found else []

    def delete(self, name: str, ids: list[str]) -> None:
        """Delete these ids."""
        self._on(name, "delete", {"ids": ids})

    def drop(self, name: str) -> None:
        """Delete the collection, if there is one."""
        self._send("DELETE", f"/{name}")
        self._known.pop(name, None)

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()

    def _on(self, name: str, verb: str, body: dict[str, Any] | bytes) -> Any:
        """Post *body* to the collection; None when there is no such collection."""
        known = name in self._known
        if not known and not self._find(name):
            return None
        found = self._send("POST", f"/{self._known[name]}/{verb}", body)
        if found is not None:
            return found
        self._known.pop(name, None)  # made anew since we looked, or gone
        return self._on(name, verb, body) if known else None

    def _find(self, name: str) -> bool:
        found = self._send("GET", f"/{name}")
        if found is None:
            return False
        self._known[name] = found["id"]
        return True

    def _make(self, name: str) -> None:
        body = {
            "name": name,
            "get_or_create": True,
            "configuration": {"hnsw": {"space": "cosine"}},
        }
        made = self._send("POST", "", body)
        if made is None:
            raise IndexUnavailable
        self._known[name] = made["id"]

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        """The server's answer; None for 404."""
        seconds = _WRITE_SECONDS if path.endswith("/upsert") else self._seconds
        try:
            sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            answer = self._pool.request(
                method, self._url + path, body=sent, headers=_JSON, redirect=False, timeout=seconds
            )
            if answer.status == 404:
                return None
            if answer.status == 400 and b"dimension" in answer.data:
                raise MixedEmbeddings
            if answer.status >= 300:
                raise IndexUnavailable
            return answer.json()
        except (HTTPError, ValueError) as error:
            raise IndexUnavailable from error


def collection_name(base: Base) -> str:
    """The collection of a base: another model is another collection."""
    made_with = f"{base.provider} {base.model} {base.dimension}"
    return f"{base.id}-{hashlib.sha256(made_with.encode()).hexdigest()[:12]}"


def _blank(number: int, dimension: int) -> list[float]:
    """A vector that says nothing, not the same for all: equal ones are slow to index."""
    return [1.0 if place == number % dimension else 0.0 for place in range(dimension)]


def _packed(vector: Sequence[float]) -> str:
    """The vector as Chroma reads it fastest: 32-bit floats, little-endian, in base 64."""
    floats = array.array("f", vector)
    if sys.byteorder == "big":
        floats.byteswap()
    return base64.b64encode(floats.tobytes()).decode()


def _asking(vector: Sequence[float], about: dict[str, Any]) -> bytes:
    """The body of a query. Nine digits say all of a 32-bit float; Python would write seventeen."""
    numbers = (len(vector) * "%.9g,")[:-1] % tuple(vector)
    return f'{{"query_embeddings":[[{numbers}]],{json.dumps(about)[1:]}'.encode()


def _near(name: str, distance: float) -> Near:
    source_id, version, position = name.split(":")
    return Near(source_id, int(version), int(position), 1 - distance)
