"""What many edit, with nobody's change lost: `ETag` is the revision that was read, `If-Match` asks
for it (RFC 9110, 13.1.1). What does not hold any more is a 412; a `revision` in a body is a 409.
"""

from typing import TypeVar

from flask import Response, request

from agent.errors import EditConflict

Tag = TypeVar("Tag", int, str)


def tagged(answer: Response, tag: object) -> Response:
    """Give *answer* the *tag* of what it shows."""
    answer.set_etag(str(tag))
    return answer


def unless_known(answer: Response) -> Response:
    """Return *answer*, or a 304 to a caller who has it already (`If-None-Match`)."""
    answer.make_conditional(request)
    return answer


def expect(tag: Tag, named: Tag | None = None) -> Tag:
    """Return *tag*, of what is there, when the caller asks for that or for none.

    *named* is the one that a body asks for. Raises EditConflict.
    """
    matches = "If-Match" not in request.headers or request.if_match.contains(str(tag))
    if named not in (None, tag) or not matches:
        raise EditConflict
    return tag


def conflict() -> int:
    """Return the status of an EditConflict: 412 for who sent `If-Match`, else 409."""
    return 412 if "If-Match" in request.headers else 409
