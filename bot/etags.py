"""Drafts in which nobody's change is lost: `ETag` is the revision that was read, `If-Match` asks
for it (RFC 9110, 13.1.1). What does not hold any more is a 412; a `revision` in a body is a 409.
"""

from flask import Response, request

from agent.errors import EditConflict


def tagged(answer: Response, revision: int) -> Response:
    """Give *answer* the tag of what is at *revision*."""
    answer.set_etag(str(revision))
    return answer


def unless_known(answer: Response) -> Response:
    """Return *answer*, or a 304 to a caller who has it already (`If-None-Match`)."""
    answer.make_conditional(request)
    return answer


def expect(revision: int, named: int | None = None) -> int:
    """Return *revision*, which is there, when the caller asks for that or for none.

    *named* is the revision that a body asks for. Raises EditConflict.
    """
    tagged_so = "If-Match" not in request.headers or request.if_match.contains(str(revision))
    if named not in (None, revision) or not tagged_so:
        raise EditConflict
    return revision


def conflict() -> int:
    """Return the status of an EditConflict: 412 for who sent `If-Match`, else 409."""
    return 412 if "If-Match" in request.headers else 409
