"""A conversation that is longer than a model can read, told from the error that says so.

The wording differs from server to server and so does the status; what they share is a thing that
was sent (prompt, input, context) beside a word for too much. Where the error names numbers, the
smallest beside a word of limit is the limit, and the largest of all is what was sent.
"""

import re
from typing import NamedTuple

import openai

from agent.servers.wording import words

LEAST_LIMIT = 256  # tokens; smaller numbers in an error count something else
MOST_LIMIT = 100_000_000
_STATUSES = {400, 404, 413, 422, 500}
_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|window|size|limit|overflow|exceed)|exceed_context|\bn_ctx\b"
    r"|max(?:imum)?[ _](?:model|prompt|input|sequence)[ _]len"
    r"|\b(?:prompt|inputs?|conversation|messages?|request|query)(?: \([^)]*\)| of \d+ tokens)?"
    r"(?: is| are| was| has)? (?:too (?:long|large|big|many)|longer than|exceed)"
    r"|\binputs?\W{1,3}(?:tokens? \+|must have less)"
    r"|\binput[ _](?:tokens?|length|token count)\b.{0,40}(?:exceed|too |should be|longer)"
    r"|prompt contains .{0,60}too large|too many (?:input |prompt )?tokens(?! per)"
    r"|reduce (?:the length|your (?:prompt|message|input))|exceed\w* .{0,20}token limit"
    r"|token limit.{0,20}exceed|\btokens?\b.{0,20} exceed|maximum context\b"
    r"|can only \w+ \d+ tokens|range of input length|tokens over the .{0,20}limit"
    r"|(?:supera|excede|sobrepasa|ultrapassa)\w* .{0,60}\btokens|demasiado larg[oa]|muito long[oa]"
    r"|上下文长度|输入长度",
    re.I | re.S,
)
_AT_ONCE = re.compile(r"request too large", re.I)  # more than a whole minute allows
_THOUSANDS = re.compile(r"(?<=\d)[,._\u00a0\u202f](?=\d{3}\b)")
_KILO = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d)?) ?(k|ki|thousand|mil)\b", re.I)
_LIMITS = re.compile(
    r"(?:length|size|window|limit|m[aá]xim\w*|l[ií]mite|max_model_len|n_ctx|allowed|exceeds?"
    r"|less than|longer than|\bmax(?!_)|can only|at most|长度)"
    r"(?:(?! by )[^\d\n]){0,30}?(\d{3,})"
    r"|(?:[<>]=? ?|(?<=\d)/ ?|\[\d+, ?)(\d{3,})"
    r"|(\d{3,})(?:[ -]tokens?)? (?:max|limit|context|window)",
    re.I,
)
_NUMBER = re.compile(r"(?<![\w.])\d{3,9}(?![\w.]*\w)")


class Overflow(NamedTuple):
    """What an error says about lengths, in tokens; 0 where it names none."""

    limit: int = 0
    sent: int = 0


def overflow(error: openai.APIError) -> Overflow | None:
    """What *error* says of a question that is too long; None when it is about something else."""
    text = _KILO.sub(_in_full, _THOUSANDS.sub("", words(error)))
    if not _is_about_length(getattr(error, "status_code", 400), text):
        return None
    named = (int("".join(filter(None, found))) for found in _LIMITS.findall(text))
    limits = [limit for limit in named if LEAST_LIMIT <= limit <= MOST_LIMIT]
    largest = max((int(number) for number in _NUMBER.findall(text)), default=0)
    limit = min(limits, default=0)
    return Overflow(limit, largest if largest > limit > 0 else 0)


def _in_full(number: re.Match[str]) -> str:
    """8k as 8000; a server that means 8192 is asked for a little less than it takes."""
    return str(int(float(number[1]) * 1000))


def _is_about_length(status: int, text: str) -> bool:
    if status == 429:
        return bool(_AT_ONCE.search(text))
    return status == 413 or (status in _STATUSES and bool(_TOO_LONG.search(text)))
