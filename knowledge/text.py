"""Text that every store keeps: what comes in from outside passes here once, where it comes in.

PostgreSQL refuses the character NUL (its manual, "Character Types"), and half of a surrogate pair
is no character at all (The Unicode Standard, 3.8, D75): nothing can write it as UTF-8. JSON can
hold both, so a model, a provider or a browser may hand them over.
"""

import re
from typing import Any, TypeVar, cast

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
T = TypeVar("T")


def storable(value: T) -> T:
    """Return *value* (a text, or lists and dictionaries of them) as any database keeps it.

    Two halves that follow one another become their character, a lone one becomes U+FFFD, NUL goes.
    """
    return cast(T, _kept(value))


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return _mended(value) if _UNSTORABLE.search(value) else value
    if isinstance(value, dict):
        return {_kept(name): _kept(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        kind = type(value)
        return kind(map(_kept, value)) if kind in (list, tuple) else value
    return value


def _mended(text: str) -> str:
    units = text.replace("\0", "").encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace")
