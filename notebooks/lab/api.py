"""The HTTP API as the lab asks it: one token, pages followed to their end, errors in sentences."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from .errors import KINDS, LabError, Unreachable

Json = dict[str, Any]
NDJSON = "application/x-ndjson"
SECONDS = 130.0  # the longest that the API lets somebody wait
MOST_WAITS, LONGEST_WAIT = 4, 60.0  # when it asks for patience
PAGE = 1_000  # rows


class Api:
    """One studio's API, with the rights of one token."""

    def __init__(
        self,
        url: str,
        token: str,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Raises LabError for an address or a token that cannot be one."""
        self.url = address(url)
        self._pause = pause
        here = is_here(self.url)
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {checked(token)}"},
            timeout=httpx.Timeout(SECONDS, connect=10),
            transport=transport or httpx.HTTPTransport(retries=1, trust_env=not here),
            trust_env=not here,  # no proxy leads to this machine
        )

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Json:
        """Return what is at *path*. Raises LabError."""
        return self.send("GET", path, query=query)

    def post(self, path: str, body: Any = None, **query: Any) -> Json:
        """Send *body* to *path*. Raises LabError."""
        return self.send("POST", path, body, query=query)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        match: object = None,
        files: Any = None,
        query: Mapping[str, Any] | None = None,
    ) -> Json:
        """Return the answer to one request, {} for an empty one. *match*: the revision of what is
        changed. Raises LabError."""
        headers = {} if match is None else {"If-Match": f'"{match}"'}
        answer = self._asked(
            method, path, json=body, files=files, params=_sent(query or {}), headers=headers
        )
        return _json(answer) if answer.content else {}

    def rows(self, path: str, limit: int | None = None, **query: Any) -> Iterator[Json]:
        """Return the rows of a list, at most *limit*, page by page. Raises LabError."""
        cursor, left = "", limit
        while left is None or left > 0:
            page = {**_sent(query), "limit": min(PAGE, left or PAGE)}
            page |= {"cursor": cursor} if cursor else {}
            answer = self._asked("GET", path, params=page, headers={"Accept": NDJSON})
            lines = [_read(line) for line in answer.text.split("\n") if line]
            yield from lines
            left = None if left is None else left - len(lines)
            cursor = _next(answer)
            if not cursor:
                return

    def _asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        for tries in range(MOST_WAITS):
            try:
                answer = self._http.request(method, self.url + path, **more)
            except httpx.HTTPError as error:
                raise Unreachable(self._unanswered(error)) from None
            wait = _patience(answer)
            if wait is None or tries == MOST_WAITS - 1:
                break
            self._pause(wait)
        if not answer.is_success:
            raise _problem(self.url, answer)
        return answer

    def _unanswered(self, error: httpx.HTTPError) -> str:
        if isinstance(error, httpx.ReadTimeout):
            return f"{self.url} has not answered within {SECONDS:.0f} seconds. Try again later."
        return (
            f"Nobody answers at {self.url} ({type(error).__name__}). Is the studio running, and is"
            " this the address of its API?"
        )


def address(url: str) -> str:
    """Return *url* as requests begin with it. Raises LabError for what is no address."""
    text = url.strip().rstrip("/") if isinstance(url, str) else ""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
        usable = usable and text.isprintable() and " " not in text and bool(httpx.URL(text).host)
        usable = usable and not parts.query and not parts.fragment and (parts.port or 1) > 0
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise LabError(f'{url!r} is no address. Write it as "https://studio.example.com".')
    return text


def is_here(url: str) -> bool:
    """Whether that address is this machine's own."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def checked(token: str) -> str:
    """Return *token* as a header carries it. Raises LabError for what is none."""
    text = token.strip() if isinstance(token, str) else ""
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise LabError(
            "That is no token. Make one in the studio, under Team, and copy it as it is shown."
        )
    return text


def part(value: object) -> str:
    """Return *value* as one step of a path."""
    return quote(str(value), safe="")


def _sent(query: Mapping[str, Any]) -> dict[str, Any]:
    """What was given; truth as the API writes it is httpx's own."""
    return {name: value for name, value in query.items() if value not in (None, "")}


def _patience(answer: httpx.Response) -> float | None:
    """How long the API asks to wait before the same is sent again: nothing was done then."""
    if answer.status_code not in (429, 503):
        return None
    try:
        wait = float(answer.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
    return max(wait, 0.0) if wait <= LONGEST_WAIT else None


def _problem(url: str, answer: httpx.Response) -> LabError:
    kind = KINDS.get(answer.status_code, LabError)
    try:
        problem = answer.json()["error"]
        return kind(str(problem["message"]), problem.get("fields") or [])
    except (ValueError, LookupError, TypeError, AttributeError):
        return kind(
            f"{url} answers {answer.status_code}, and not as the studio's API does. Is this its"
            " address?"
        )


def _json(answer: httpx.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise LabError(f"{answer.url.host} does not answer as the studio's API does.")
    return found


def _read(line: str) -> Json:
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError):
        raise LabError("The list was cut off on its way. Ask for it again.") from None


def _next(answer: httpx.Response) -> str:
    """The cursor of the page behind this one; empty at the end."""
    link = answer.links.get("next", {}).get("url", "")
    return (parse_qs(urlsplit(link).query).get("cursor") or [""])[0]
