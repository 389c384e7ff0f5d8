"""Webhooks: verify, parse, store, commit, ring, and only then 200.

Nothing is acknowledged before it is on disk: in the database or, while that is away, in the spool
(`bot.spool`). Replies go out later, through the outbox.
"""

from flask import Blueprint, Response, request

from agent.services import Services
from bot.channels.base import Call, Door
from bot.errors import Unparseable
from bot.spool import Spool
from bot.tangles import has_too_many_fields

FORM = "application/x-www-form-urlencoded"


def webhooks(services: Services, doors: dict[str, Door], spool: Spool) -> Blueprint:
    """Return the routes that providers call; *doors* by path."""
    blueprint = Blueprint("webhooks", __name__)
    for path, door in doors.items():
        blueprint.add_url_rule(
            path,
            endpoint=path.replace("/", "_"),
            view_func=_view(services, door, spool),
            methods=["POST"],
        )
    return blueprint


def _view(services: Services, door: Door, spool: Spool):  # type: ignore[no-untyped-def]
    def view(**_path: str) -> Response:
        spool.take(door.name, door.read(_call(services)))
        body, content_type = door.acknowledgement
        return Response(body, content_type=content_type)

    return view


def _call(services: Services) -> Call:
    raw = request.get_data(cache=True, parse_form_data=False)
    if request.mimetype == FORM and has_too_many_fields(raw):
        raise Unparseable("There are too many fields.")
    return Call(
        request.method, _address(services), raw, request.form, request.args, request.headers
    )


def _address(services: Services) -> str:
    """The address as the provider was given it: a proxy in between changes what is seen here."""
    base = services.settings.public_base_url or request.host_url.rstrip("/")
    query = request.query_string.decode("latin-1")
    return f"{base}{request.path}" + (f"?{query}" if query else "")
