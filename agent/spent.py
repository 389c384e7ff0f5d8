"""Limits of a provider, told apart: no money, no more today, and not so fast.

Only the last passes by itself in a moment. Providers use 429 for all three, and 400, 402 and 403
for the first (https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors,
https://openrouter.ai/docs/api-reference/errors).
"""

import re
import time
from email.utils import parsedate_to_datetime

import openai

from agent.servers.wording import words

LONG_WAIT = 900  # seconds; a provider that asks for more has a limit of hours or days
_REFUSING = {400, 402, 403, 429}
_NO_MONEY = re.compile(
    r"insufficient[_ ](?:quota|credits?|balance|funds)|credit balance|out of credits|no credits"
    r"|used all available credits|spending (?:limit|cap)|payment required|requires more credits"
    r"|billing[_ ](?:hard|not|is not|limit)|account (?:is )?(?:in arrears|overdue)|arrearage",
    re.I,
)
_OF_A_DAY = re.compile(r"per[- ]?(?:day|month|week)|daily|monthly|weekly|\b[TR]PD\b|quota", re.I)
_OF_A_MINUTE = re.compile(r"per[- ]?(?:minute|second)|\b[TR]PM\b", re.I)
_AGAIN_IN = re.compile(
    r"(?:again|retry|wait|retrydelay)\W{0,4}(?:in|after|for)?\W{0,3}"
    r"((?:\d+(?:\.\d+)? ?(?:milliseconds?|ms|[dhms](?:[a-z]{2,6})?(?![a-z]))? ?)+)",
    re.I,
)
_PART = re.compile(r"(\d+(?:\.\d+)?) ?(ms|mil|[dhms])?", re.I)
_SECONDS = {"ms": 0.001, "mil": 0.001, "": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def no_money(error: Exception) -> bool:
    """Whether *error* says that the account has no money left, or may spend no more."""
    status = getattr(error, "status_code", None)
    return status == 402 or (status in _REFUSING and bool(_NO_MONEY.search(words(error))))


def used_up(error: Exception) -> bool:
    """Whether *error* says that the requests or tokens of hours or days are used up."""
    if not isinstance(error, openai.RateLimitError):
        return False
    wait = asked_wait(error)
    if wait is not None:
        return wait > LONG_WAIT
    said = words(error)
    return bool(_OF_A_DAY.search(said)) and not _OF_A_MINUTE.search(said)


def asked_wait(error: Exception) -> float | None:
    """The seconds that the provider asks to wait, in its header or in its words."""
    response = getattr(error, "response", None)
    value = response.headers.get("retry-after", "") if response is not None else ""
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    if value:
        return _until(value)
    return _said(words(error)) if isinstance(error, openai.RateLimitError) else None


def _until(date: str) -> float | None:
    """Seconds until an HTTP date (RFC 9110, section 10.2.3)."""
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None


def _said(text: str) -> float | None:
    found = _AGAIN_IN.search(text)
    if found is None:
        return None
    parts = _PART.findall(found[1])
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in parts)
