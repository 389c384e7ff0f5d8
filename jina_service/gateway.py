"""The gateway: `POST /v1/embeddings` outside, the Executor inside."""

import base64
import hmac
from typing import Any

import numpy as np
from docarray import DocList
from fastapi import FastAPI, HTTPException, Request, Response
from jina.serve.runtimes.gateway.http.fastapi import FastAPIBaseGateway

from jina_service.api import Asked
from jina_service.documents import Embedded, Text
from jina_service.orphans import die_with_parent


class Gateway(FastAPIBaseGateway):
    """Speaks as Jina's service does."""

    def __init__(self, model: str, key: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        die_with_parent()
        self._model = model
        self._key = key

    @property
    def app(self) -> FastAPI:
        """The HTTP application."""
        app = FastAPI(title="Embeddings", docs_url=None, redoc_url=None, openapi_url=None)

        @app.get("/health")
        async def health() -> dict[str, str]:
            return {"status": "ok", "model": self._model}

        @app.post("/v1/embeddings")
        async def embeddings(asked: Asked, request: Request, answer: Response) -> dict[str, Any]:
            self._check(asked, request)
            found = await self._embedded(asked.texts)
            answer.headers["X-Batch-Size"] = str(max(one.batch for one in found))
            return _answer(asked, found)

        return app

    def _check(self, asked: Asked, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._key and not hmac.compare_digest(given.encode(), self._key.encode()):
            raise HTTPException(401, "Invalid API key")
        if asked.model != self._model:
            raise HTTPException(422, f"Model {asked.model} not found; this is {self._model}")

    async def _embedded(self, texts: list[str]) -> DocList[Embedded]:
        docs = DocList[Text](Text(text=text) for text in texts)
        found: DocList[Embedded] = DocList[Embedded]()
        async for answer in self.streamer.stream_docs(
            docs=docs, exec_endpoint="/embed", return_type=DocList[Embedded]
        ):
            found.extend(answer)
        by_id = {one.id: one for one in found}
        return DocList[Embedded](by_id[doc.id] for doc in docs)


def _answer(asked: Asked, found: DocList[Embedded]) -> dict[str, Any]:
    length = len(found[0].vector)
    if asked.dimensions not in (None, length):
        raise HTTPException(422, f"The vectors of {asked.model} have {length} dimensions")
    tokens = sum(one.tokens for one in found)
    return {
        "model": asked.model,
        "object": "list",
        "usage": {"total_tokens": tokens, "prompt_tokens": tokens},
        "data": [
            {"object": "embedding", "index": index, "embedding": _written(asked, one)}
            for index, one in enumerate(found)
        ],
    }


def _written(asked: Asked, one: Embedded) -> list[float] | str:
    vector = np.asarray(one.vector, dtype="<f4")
    if asked.embedding_type == "base64":
        return base64.b64encode(vector.tobytes()).decode("ascii")
    return [float(value) for value in vector]
