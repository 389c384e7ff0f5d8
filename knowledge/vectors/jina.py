"""Embeddings by Jina AI, or by what speaks like it.

One address, `POST {base_url}/v1/embeddings`; passages and queries are different tasks of one
model. Fields and errors after https://api.jina.ai/openapi.json; the service allows some models
512 texts a request, and free keys five requests at once.
"""

import email.utils
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_before_delay
from urllib3.exceptions import HTTPError

from knowledge.errors import EmbeddingRefused, EmbeddingUnavailable
from knowledge.vectors.jina_models import PASSAGE, QUERY, model_called

BATCH = 64
PASSAGE_SECONDS = 60.0  # in all, retries included; less than the lease of a reading
QUERY_SECONDS = 6.0  # somebody is waiting for an answer
_TOO_LONG = 8.0  # the longest wait between two tries

_NO_CREDIT = ("The Jina account has no credit left. Top it up, then read it again.", "jina_credit")
_REFUSALS = {
    401: ("Jina does not accept the key. Check JINA_API_KEY.", "jina_key"),
    402: _NO_CREDIT,
    403: ("The Jina account may not use this model. Check its rights.", "jina_rights"),
}
_BALANCE = re.compile(r"balance|credit|quota|payment", re.IGNORECASE)  # a 403 that is a 402


class _Again(EmbeddingUnavailable):
    """Jina did not answer. Trying again later may work."""

    def __init__(self, sentence: str, code: str, wait: float | None = None) -> None:
        super().__init__(sentence, code)
        self.wait = wait


class JinaEmbedder:
    """Vectors by Jina. Shared by every thread of a process."""

    provider = "jina"

    def __init__(
        self,
        api_key: str,
        base_url: str,
        model: str,
        dimension: int,
        *,
        concurrency: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model = model
        self.dimension = dimension
        self._sleep = sleep
        self._places = threading.BoundedSemaphore(concurrency)
        self._used: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._url = base_url.rstrip("/").removesuffix("/v1") + "/v1/embeddings"
        self._headers = urllib3.make_headers(accept_encoding=True)
        self._headers |= {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._pool = urllib3.PoolManager(maxsize=concurrency, retries=False)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in batches."""
        found: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            found += self._embed(batch, PASSAGE, PASSAGE_SECONDS)
        return found

    def embed_query(self, text: str) -> list[float]:
        """The vector to search with."""
        return self._embed([text], QUERY, QUERY_SECONDS)[0]

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()

    def _embed(self, texts: list[str], task: str, seconds: float) -> list[list[float]]:
        ends = time.monotonic() + seconds
        tries = Retrying(
            retry=retry_if_exception_type(_Again),
            stop=stop_before_delay(seconds),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        return tries(self._once, texts, task, ends)

    def _once(self, texts: list[str], task: str, ends: float) -> list[list[float]]:
        body = {
            "model": self.model,
            **model_called(self.model).fields(task, self.dimension),
            "normalized": True,
            "embedding_type": "float",
            "truncate": True,
            "input": texts,
        }
        left = ends - time.monotonic()
        if not self._places.acquire(timeout=max(0.0, left)):
            raise EmbeddingUnavailable(
                "Jina is busy with our other requests. It is tried again later.", "jina_busy"
            )
        try:
            answer = self._pool.request(
                "POST",
                self._url,
                json=body,
                headers=self._headers,
                timeout=max(0.1, left),
                redirect=False,
            )
        except HTTPError as error:
            raise _Again("Jina did not answer. It is tried again later.", "jina_silent") from error
        finally:
            self._places.release()
        _judge(answer)
        found = self._vectors(answer, len(texts))
        self._count(answer, task)
        return found

    def used(self) -> dict[str, int]:
        """Tokens that were billed since the last call, by task; says them once."""
        with self._counting:
            used, self._used = self._used, Counter()
        return dict(used)

    def _count(self, answer: urllib3.BaseHTTPResponse, task: str) -> None:
        tokens = answer.json().get("usage", {}).get("total_tokens", 0)
        with self._counting:
            self._used[task] += tokens if isinstance(tokens, int) else 0

    def _vectors(self, answer: urllib3.BaseHTTPResponse, count: int) -> list[list[float]]:
        try:
            data = sorted(answer.json()["data"], key=lambda one: one["index"])
            found = [[float(value) for value in one["embedding"]] for one in data]
            places = [one["index"] for one in data]
        except (ValueError, KeyError, TypeError) as error:
            raise _Again("Jina's answer cannot be read.", "jina_answer") from error
        if places != list(range(count)):
            raise _Again(f"Jina answered {len(found)} vectors for {count} texts.", "jina_answer")
        if any(len(vector) != self.dimension for vector in found):
            raise EmbeddingRefused(
                f"Jina's vectors are not of {self.dimension} numbers. Check the model's name.",
                "jina_dimension",
            )
        return found


def _judge(answer: urllib3.BaseHTTPResponse) -> None:
    status = answer.status
    if status == 403 and _BALANCE.search(answer.data[:2_000].decode(errors="replace")):
        raise EmbeddingRefused(*_NO_CREDIT)
    if status in _REFUSALS:
        raise EmbeddingRefused(*_REFUSALS[status])
    if status == 429:
        raise _Again("Jina asks to slow down.", "jina_busy", _retry_after(answer))
    if status >= 500 or status == 408:
        raise _Again(f"Jina is in trouble ({status}). It is tried again later.", "jina_trouble")
    if status >= 300:
        raise EmbeddingRefused(
            f"Jina refused the text or the model ({status}): {_detail(answer)}", "jina_request"
        )


def _wait(state: RetryCallState) -> float:
    """As long as Jina asks; else twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _Again) else None
    return asked if asked is not None else min(_TOO_LONG, 0.5 * 2.0 ** (state.attempt_number - 1))


def _retry_after(answer: urllib3.BaseHTTPResponse) -> float | None:
    """Seconds, or a date (RFC 9110, 10.2.3)."""
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except ValueError:
        return None


def _detail(answer: urllib3.BaseHTTPResponse) -> str:
    try:
        body: Any = answer.json()
        detail = body.get("detail", "") if isinstance(body, dict) else ""
    except ValueError:
        detail = ""
    return str(detail)[:200] or "no reason given"
