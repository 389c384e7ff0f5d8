"""Jina's embeddings address on loopback, as strict as the real one and as moody as wished.

`jina_standin(state)` makes the app; what it received, and how it should behave, is in `state`.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

from tests.standins.hashed import HashedEmbedder

KEY = "jina_test_key"
MODELS = {
    "jina-embeddings-v2-base-es": 768,
    "jina-embeddings-v3": 1024,
    "jina-embeddings-v4": 2048,
    "jina-embeddings-v5-text-small": 1024,
}
PLAIN = ("jina-embeddings-v2-base-es",)  # knows neither tasks nor shorter vectors
TASKS = {
    "retrieval.query",
    "retrieval.passage",
    "text-matching",
    "classification",
    "separation",
    "clustering",
}
FIELDS = {
    "model",
    "input",
    "task",
    "dimensions",
    "embedding_type",
    "normalized",
    "late_chunking",
    "truncate",
}
MOST_INPUTS = 512
RERANKERS = {"jina-reranker-v2-base-multilingual", "jina-reranker-v3"}
RERANK_FIELDS = {"model", "query", "documents", "top_n", "return_documents"}
FAVOURITE = "favorito"  # the document that the stand-in's reranker puts first


@dataclass
class JinaState:
    """How the stand-in behaves (`moods`, one a request, "ok" after the last) and what it saw."""

    key: str = KEY
    moods: list[str] = field(default_factory=list)  # ok slow_down broken half short rubbish
    retry_after: str = "1"
    known: dict[str, list[float]] = field(default_factory=dict)  # vectors of these very texts
    requests: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next_mood(self) -> str:
        """The mood of this request; `always X` stays."""
        with self._lock:
            if not self.moods:
                return "ok"
            if self.moods[0].startswith("always "):
                return self.moods[0].removeprefix("always ")
            return self.moods.pop(0)

    def enter(self) -> None:
        """Count a request in flight."""
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)

    def leave(self) -> None:
        """Count it out."""
        with self._lock:
            self._now -= 1


def jina_standin(state: JinaState) -> Flask:
    """The app."""
    app = Flask("jina")

    @app.post("/v1/embeddings")
    def embeddings() -> Any:
        state.enter()
        try:
            answer, status = _answer(state)
        finally:
            state.leave()
        state.statuses.append(status)
        if isinstance(answer, Response):
            return answer
        headers = {"Retry-After": state.retry_after} if status == 429 else {}
        return jsonify(answer), status, headers

    @app.post("/v1/rerank")
    def rerank() -> Any:
        answer, status = _reranked(state)
        state.statuses.append(status)
        headers = {"Retry-After": state.retry_after} if status == 429 else {}
        return jsonify(answer), status, headers

    return app


def _reranked(state: JinaState) -> tuple[Any, int]:
    if request.headers.get("Authorization") != f"Bearer {state.key}":
        return {"detail": "[RID: 1] Invalid API key, please get a new one"}, 401
    body = request.get_json(silent=True) or {}
    documents = body.get("documents")
    if set(body) - RERANK_FIELDS or body.get("model") not in RERANKERS or not documents:
        return {"detail": "[RID: 1] Unprocessable"}, 422
    if not all(isinstance(text, str) for text in [body.get("query"), *documents]):
        return {"detail": "[RID: 1] Input should be text"}, 422
    state.requests.append(body)
    mood = state.next_mood()
    if mood != "ok":
        statuses = {"slow_down": 429, "broken": 500, "no_credit": 403}
        if mood in statuses:
            return {"detail": "[RID: 1] not now"}, statuses[mood]
        return ({"results": []} if mood == "half" else {"nothing": 1}), 200
    first = sorted(range(len(documents)), key=lambda n: (FAVOURITE not in documents[n], n))
    scores = {n: 0.9 - place / 100 for place, n in enumerate(first)}
    # in the documents' order: whoever shows the best first has to sort them
    results = [{"index": n, "relevance_score": scores[n]} for n in range(len(documents))]
    usage = {"total_tokens": sum(len(text.split()) for text in documents)}
    return {"model": body["model"], "usage": usage, "results": results}, 200


def _answer(state: JinaState) -> tuple[Any, int]:
    if request.headers.get("Authorization") != f"Bearer {state.key}":
        return {"detail": "[RID: 1] Invalid API key, please get a new one"}, 401
    body = request.get_json(silent=True)
    problem = _problem(body)
    if problem:
        return {"detail": f"[RID: 1] {problem}"}, 422
    state.requests.append(body)
    mood = state.next_mood()
    if mood == "slow_down":
        return {"detail": "[RID: 1] Rate limit exceeded"}, 429
    if mood == "no_credit":
        return {"detail": "[RID: 1] Insufficient account balance"}, 403
    if mood == "no_rights":
        return {"detail": "[RID: 1] Model not allowed for this key"}, 403
    if mood == "payment":
        return {"detail": "[RID: 1] Payment required"}, 402
    if mood == "broken":
        return {"detail": "[RID: 1] Internal error"}, 500
    if mood == "rubbish":
        return Response("<html>Bad gateway</html>", mimetype="text/html"), 200
    return _vectors(body, mood, state.known), 200


def _problem(body: Any) -> str:
    if not isinstance(body, dict):
        return "Body is not an object"
    if unknown := set(body) - FIELDS:
        return f"Extra inputs are not permitted: {sorted(unknown)}"
    if body.get("model") not in MODELS:
        return f"Model {body.get('model')} not found"
    if body["model"] in PLAIN:
        if {"task", "dimensions"} & set(body):
            return "This model takes neither task nor dimensions"
    elif body.get("task") not in TASKS:
        return "Input should be a valid task"
    if not 1 <= body.get("dimensions", 1) <= MODELS[body["model"]]:
        return "Dimensions out of range"
    texts = body.get("input")
    if not isinstance(texts, list) or not all(isinstance(t, str) and t for t in texts):
        return "Input should be a list of texts"
    if not 1 <= len(texts) <= MOST_INPUTS:
        return f"Each input list can contain at most {MOST_INPUTS} items"
    return ""


def _vectors(body: dict[str, Any], mood: str, known: dict[str, list[float]]) -> dict[str, Any]:
    size = body.get("dimensions", MODELS[body["model"]])
    embedder = HashedEmbedder(size // 2 if mood == "short" else size)
    vectors = [known.get(text) or embedder.embed_query(text) for text in body["input"]]
    if mood == "half":
        vectors = vectors[: len(vectors) // 2]
    data = [
        {"object": "embedding", "index": index, "embedding": vector}
        for index, vector in enumerate(vectors)
    ]
    tokens = sum(len(text.split()) for text in body["input"])
    return {
        "model": body["model"],
        "object": "list",
        "usage": {"total_tokens": tokens, "prompt_tokens": tokens},
        "data": list(reversed(data)),  # the order is promised by `index` only
    }
