"""Jina's reranker: a model that reads the question and each passage together, and orders them.

`POST {JINA_BASE_URL}/v1/rerank`, fields after https://api.jina.ai/openapi.json. Somebody is
waiting for an answer: it is asked once, for a few seconds at most, and when it fails or asks to
slow down the fused order stands, and it is left alone for as long as it asked.
"""

import threading
import time
from collections.abc import Callable, Sequence

import urllib3
from urllib3.exceptions import HTTPError

from knowledge.errors import EmbeddingRefused, EmbeddingUnavailable

SECONDS = 4.0
AT_ONCE = 5
PAUSE = 10.0  # after a failure, when nothing else was asked for
LONGEST_PAUSE = 120.0


class JinaReranker:
    """Orders passages by Jina. Shared by every thread of a process."""

    def __init__(
        self,
        api_key: str,
        base_url: str,
        model: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model = model
        self._clock = clock
        self._again_at = 0.0
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._url = base_url.rstrip("/").removesuffix("/v1") + "/v1/rerank"
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._pool = urllib3.PoolManager(maxsize=AT_ONCE, retries=False, timeout=SECONDS)

    def order(self, query: str, texts: Sequence[str]) -> list[tuple[int, float]]:
        """(place in *texts*, relevance 0 to 1), best first.

        Raises EmbeddingUnavailable, or EmbeddingRefused when trying again will not help.
        """
        if self._clock() < self._again_at or not self._places.acquire(blocking=False):
            raise EmbeddingUnavailable("The reranker is left alone for a while.", "rerank_pause")
        try:
            body = self._body(query, texts)
            answer = self._pool.request(
                "POST", self._url, json=body, headers=self._headers, redirect=False
            )
        except HTTPError as error:
            self._pause(PAUSE)
            raise EmbeddingUnavailable("The reranker did not answer.", "rerank") from error
        finally:
            self._places.release()
        if answer.status >= 300:
            self._refuse(answer)
        return _order(answer, len(texts))

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()

    def _body(self, query: str, texts: Sequence[str]) -> dict[str, object]:
        documents = {"documents": list(texts), "return_documents": False}
        return {"model": self.model, "query": query, **documents, "top_n": len(texts)}

    def _refuse(self, answer: urllib3.BaseHTTPResponse) -> None:
        asked = answer.headers.get("retry-after", "").strip()
        status = answer.status
        self._pause(float(asked) if asked.isdigit() else PAUSE)
        if status in (408, 429) or status >= 500:
            raise EmbeddingUnavailable(f"The reranker answered {status}.", "rerank")
        raise EmbeddingRefused(
            f"The reranker refused ({status}). Check JINA_RERANKER and JINA_API_KEY.",
            "rerank_refused",
        )

    def _pause(self, seconds: float) -> None:
        self._again_at = self._clock() + min(LONGEST_PAUSE, seconds)


def _order(answer: urllib3.BaseHTTPResponse, count: int) -> list[tuple[int, float]]:
    try:
        results = answer.json()["results"]
        order = [(int(one["index"]), float(one["relevance_score"])) for one in results]
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddingUnavailable("The reranker's answer cannot be read.", "rerank") from error
    if sorted(place for place, _ in order) != list(range(count)):
        raise EmbeddingUnavailable("The reranker left passages out.", "rerank")
    return sorted(order, key=lambda one: -one[1])
