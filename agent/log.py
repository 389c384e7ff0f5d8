"""Logging: one line an event, the same shape in every process, nothing secret or personal in it."""

import contextlib
import contextvars
import logging
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

FRAMES = 4  # of our own that are named when something unforeseen happened

_fields: contextvars.ContextVar[str] = contextvars.ContextVar("log_fields", default="")

# Keys, bearer tokens, basic credentials in addresses, and phone numbers.
_SECRETS = [
    (re.compile(r"\b(sk|jina|pk|or)[-_][A-Za-z0-9_-]{8,}"), r"\1-***"),
    (re.compile(r"\bas_[A-Za-z0-9_-]{20,}|\b[0-9a-f]{64}\b"), "***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), r"\1 ***"),
    (re.compile(r"://[^/\s:@]*:[^/\s@]+@"), "://***@"),
    (re.compile(r"(?<!\w)\+?\d{10,15}(?!\w)"), "***"),
]


def redact(text: str) -> str:
    """Return *text* without keys, tokens and phone numbers."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class _Format(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = _fields.get()
        return redact(super().format(record)) + (f" {fields}" if fields else "")


def configure(level: str = "INFO") -> None:
    """Send this process's log to standard error. Called once by each entry point."""
    line = logging.StreamHandler()
    line.setFormatter(_Format("%(asctime)s %(levelname)s %(name)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[line], force=True)
    for chatty in (
        "httpx",
        "httpx2",
        "httpcore",
        "openai",
        "rq.worker",
        "werkzeug",
        "twilio.http_client",
        "urllib3",
        "alembic.runtime.migration",
        "pypdf",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def log_place(log: logging.Logger, error: BaseException) -> None:
    """Log where *error* was raised, in our own files, and never its words.

    They may hold what a customer wrote: PostgreSQL's name the values of the row it refused.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    for frame in ours[-FRAMES:]:
        place = "/".join(Path(frame.filename).parts[-2:])
        log.error("  in %s, %s line %s", frame.name, place, frame.lineno)


@contextlib.contextmanager
def about(**fields: object) -> Iterator[None]:
    """Put *fields* (ids, never words of a person) on every line logged inside."""
    token = _fields.set(" ".join(f"{name}={value}" for name, value in fields.items()))
    try:
        yield
    finally:
        _fields.reset(token)
