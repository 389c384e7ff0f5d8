"""Chroma inside this process, for a notebook or a test that has no server."""

from collections.abc import Sequence
from typing import Any

from knowledge.vectors.chroma import Vectors


class ChromaInProcess:
    """Collections of a Chroma client such as `chromadb.EphemeralClient()`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def upsert(self, name: str, ids: list[str], vectors: Any, metadatas: Any) -> None:
        """Add or replace vectors, making the collection when it is the first time."""
        collection = self._client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        collection.upsert(ids=ids, embeddings=vectors, metadatas=metadatas)

    def query(
        self,
        name: str,
        vector: Sequence[float],
        limit: int,
        where: dict[str, Any] | None = None,
    ) -> list[tuple[str, float]]:
        """The nearest (id, distance); nothing when there is no such collection."""
        collection = self._find(name)
        if collection is None:
            return []
        found = collection.query(
            query_embeddings=[list(vector)], n_results=limit, where=where, include=["distances"]
        )
        return list(zip(found["ids"][0], found["distances"][0], strict=True))

    def ids(self, name: str, where: dict[str, Any] | None, limit: int) -> list[str]:
        """Some of the ids whose metadata fit."""
        collection = self._find(name)
        if collection is None:
            return []
        return list(collection.get(where=where, limit=limit, include=[])["ids"])

    def delete(self, name: str, ids: list[str]) -> None:
        """Delete these ids."""
        collection = self._find(name)
        if collection is not None:
            collection.delete(ids=ids)

    def drop(self, name: str) -> None:
        """Delete the collection, if there is one."""
        if self._find(name) is not None:
            self._client.delete_collection(name)

    def _find(self, name: str) -> Any:
        import chromadb.errors  # 80 MB: only for those who have no server

        try:
            return self._client.get_collection(name, embedding_function=None)
        except chromadb.errors.NotFoundError:
            return None


def vectors_in_process(folder: str = "") -> Vectors:
    """Vectors that live in this process, or in *folder* when one is given."""
    import chromadb

    settings = chromadb.Settings(anonymized_telemetry=False)
    if folder:
        return Vectors(collections=ChromaInProcess(chromadb.PersistentClient(folder, settings)))
    return Vectors(collections=ChromaInProcess(chromadb.EphemeralClient(settings)))
