"""Bodies that are small to send and huge to read: refused before anything is built from them.

Three megabytes of `[],[],[],` become a million lists, of `[[[[` a recursion a million deep, of
`a&a&a&` a million fields. Counting brackets and commas needs next to no time and memory.
"""

import json
import re
from typing import Any

DEEPEST = 64  # Meta's batches are 12 deep
MOST_ELEMENTS = 100_000  # Meta's batches: a thousand changes of some fifty values
MOST_FIELDS = 1_000  # as many as werkzeug allows the parts of a form
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # one that does not end takes the rest
_BRACKET = re.compile(rb"[\[\]{}]")


def loads(given: bytes | str) -> Any:
    """Return what the JSON *given* says. Raises ValueError, also for a tangle."""
    raw = given if isinstance(given, bytes) else given.encode("utf-8", "surrogatepass")
    if is_tangled(raw):
        raise ValueError("too many values, or too deep")
    return json.loads(given)


def is_tangled(raw: bytes) -> bool:
    """True when *raw*, if it is JSON, is nested too deep, or has too many values.

    JSON in UTF-16 or UTF-32 counts as tangled: its brackets cannot be told from halves of letters.
    """
    if not json.detect_encoding(raw).startswith("utf-8"):
        return True
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST and len(raw) <= MOST_ELEMENTS:
        return False
    bare = _STRING.sub(b"", raw)
    if sum(map(bare.count, (b",", b"[", b"{"))) > MOST_ELEMENTS:
        return True
    return _depth(bare) > DEEPEST


def _depth(bare: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKET.finditer(bare):
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def has_too_many_fields(form: bytes) -> bool:
    """True when the urlencoded *form* has more fields than any provider sends."""
    return form.count(b"&") >= MOST_FIELDS
