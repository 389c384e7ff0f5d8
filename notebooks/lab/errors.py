"""What can go wrong, each with a sentence that says what to do.

LabError
├── Unreachable  nobody answers at the address
├── NotAllowed   the token opens nothing there, or its role does not reach so far (401, 403)
├── NotFound     a name or an id that stands for nothing (404)
├── Conflict     somebody else was faster, or has to be named first (409, 412)
├── Refused      what was sent cannot be used (400, 413, 422)
└── Busy         later may work (429, 502, 503, 504)
"""

from collections.abc import Mapping, Sequence


class LabError(Exception):
    """Something that the sentence explains. `fields`: what is wrong with each field sent."""

    def __init__(self, sentence: str, fields: Sequence[Mapping[str, str]] = ()) -> None:
        lines = [f"  {one.get('field')}: {one.get('message')}" for one in fields]
        super().__init__("\n".join([sentence, *lines]))
        self.fields = list(fields)


class Unreachable(LabError):
    """Nobody answers at the address."""


class NotAllowed(LabError):
    """The token opens nothing there, or its role does not reach so far."""


class NotFound(LabError):
    """A name or an id that stands for nothing."""


class Conflict(LabError):
    """Somebody else was faster, or has to be named first."""


class Refused(LabError):
    """What was sent cannot be used."""


class Busy(LabError):
    """Later may work."""


KINDS: Mapping[int, type[LabError]] = {
    400: Refused,
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    413: Refused,
    422: Refused,
    429: Busy,
    502: Busy,
    503: Busy,
    504: Busy,
}
