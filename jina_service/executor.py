"""The Executor: texts of many callers, which the framework collects, embedded at once."""

from pathlib import Path

from docarray import DocList
from jina import Executor, requests

from jina_service.documents import Embedded, Text
from jina_service.model import Model
from jina_service.orphans import die_with_parent


class Embedder(Executor):
    """Holds the model; one process."""

    def __init__(self, folder: str, model_file: str, threads: int = 0, **kwargs: object) -> None:
        super().__init__(**kwargs)
        die_with_parent()
        self._model = Model(Path(folder), model_file, threads)

    @requests(on="/embed")
    def embed(self, docs: DocList[Text], **_: object) -> DocList[Embedded]:
        """One vector a text."""
        vectors, tokens = self._model.embed(docs.text)
        return DocList[Embedded](
            Embedded(id=doc.id, vector=vector, tokens=count, batch=len(docs))
            for doc, vector, count in zip(docs, vectors, tokens, strict=True)
        )
