"""Chatwoot's application API on loopback: as strict as the real one, and stricter with fields.

`chatwoot_standin(account)` makes the app over an `Account`. How a POST goes wrong is in
`posts` (a Fault each, None: well); `app.extensions["chatwoot"]` holds both.
"""

import contextlib
import re
import socket
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler

from simulator.faults import Fault
from tests.standins import contract
from tests.standins.chatwoot_account import BOT, OUTGOING, PERSON, Account, Conversation
from tests.standins.server import serve

USER_TOKEN, BOT_TOKEN = "user-token", "bot-token"
BASE = "/api/v1/accounts/3/conversations"
HANG_SECONDS = 60.0
PAGE, PER_MINUTE, LONGEST = 25, 200, 150_000
MESSAGE_FIELDS = {"content", "message_type", "private", "content_type", "content_attributes"}
TEMPLATE_FIELDS = MESSAGE_FIELDS | {"template_params"}
STATUSES = ("open", "resolved", "pending", "snoozed")
# What a bot's token may do (Chatwoot 4.14: access_token_auth_helper.rb).
FOR_BOTS = {"show", "write", "toggle_status", "toggle_typing_status", "assign", "labels", "label"}
NOT_FOR_BOTS = {"error": "Access to this endpoint is not authorized for bots"}


@dataclass
class Wishes:
    """How the stand-in is to behave, and what was asked of it."""

    account: Account
    posts: deque[Fault | None] = field(default_factory=deque)  # one a POST of a message
    status_posts: deque[Fault | None] = field(default_factory=deque)  # one a toggle_status
    get_status: int = 200
    released: threading.Event = field(default_factory=threading.Event)  # ends every `hang`
    bots_may: set[str] = field(default_factory=lambda: set(FOR_BOTS))
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    described: list[str] = field(default_factory=list)  # each request, as Chatwoot describes it

    def next(self, kind: str) -> Fault | None:
        """What becomes of this POST."""
        waiting = {"write": self.posts, "toggle_status": self.status_posts}.get(kind)
        return waiting.popleft() if waiting else None


class KeepsUnderscores(WSGIRequestHandler):
    """Shows the app a header whose name has underscores, which Werkzeug leaves out."""

    def make_environ(self) -> Any:
        """Add Chatwoot's."""
        token = self.headers.get("api_access_token", "")
        return {**super().make_environ(), "HTTP_API_ACCESS_TOKEN": token}


@contextlib.contextmanager
def serve_chatwoot(app: Flask) -> Iterator[str]:
    """Serve the stand-in and yield its address."""
    with serve(app, KeepsUnderscores) as address:
        yield address


def chatwoot_standin(account: Account) -> Flask:
    """The app."""
    app, wishes = Flask("chatwoot"), Wishes(account)
    app.extensions["chatwoot"] = wishes
    wishes.described = contract.guard(app, "chatwoot", 422, "/api/")
    for method, path, name in (
        ("GET", "", "index"),
        ("GET", "/<int:number>", "show"),
        ("GET", "/<int:number>/messages", "read"),
        ("POST", "/<int:number>/messages", "write"),
        ("POST", "/<int:number>/toggle_status", "toggle_status"),
        ("POST", "/<int:number>/toggle_typing_status", "toggle_typing_status"),
        ("POST", "/<int:number>/assignments", "assign"),
        ("GET", "/<int:number>/labels", "labels"),
        ("POST", "/<int:number>/labels", "label"),
    ):
        app.add_url_rule(BASE + path, name, _view(wishes, name), methods=[method])
    return app


def _view(wishes: Wishes, name: str) -> Any:
    answer = {
        "index": _index,
        "show": _show,
        "read": _read,
        "write": _write,
        "labels": _labels,
        "toggle_status": _toggle_status,
        "toggle_typing_status": _typing,
        "assign": _assign,
        "label": _label,
    }[name]

    def view(number: int = 0) -> Any:
        wishes.asked.append((request.method, request.path, request.get_json(silent=True)))
        token = request.environ["HTTP_API_ACCESS_TOKEN"]
        if token not in (USER_TOKEN, BOT_TOKEN):
            return jsonify({"error": "Invalid Access Token"}), 401
        if token == BOT_TOKEN and name not in wishes.bots_may:
            return jsonify(NOT_FOR_BOTS), 401
        if request.method == "GET" and wishes.get_status != 200:
            return jsonify({"error": "broken"}), wishes.get_status
        here = wishes.account.conversations.get(number)
        if number and here is None:
            return jsonify({"error": "Resource could not be found"}), 404
        return _with_faults(wishes, wishes.next(name), lambda: answer(wishes, here))

    return view


def _with_faults(wishes: Wishes, fault: Fault | None, answer: Any) -> Any:
    given = answer() if fault is None or fault.taken else None
    if fault is None:
        return given
    if fault.hang:
        wishes.released.wait(HANG_SECONDS)
    if fault.reset:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    if fault.rubbish:
        return Response("<html>ok</html>", 200)
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    return jsonify({"error": "Something went wrong"}), fault.status or 500, headers


def _index(wishes: Wishes, _: Any) -> Any:
    account, status = wishes.account, request.args.get("status", "open")
    inbox, page = request.args.get("inbox_id", type=int), request.args.get("page", 1, int)
    with account.lock:
        found = [c for c in account.conversations.values() if c.status == status and c.messages]
        found = [c for c in found if inbox is None or c.inbox_id == inbox]
        found.sort(key=lambda c: -c.messages[-1].created_at)
        shown = [account.shown(c, of_api=True) for c in found[(page - 1) * PAGE : page * PAGE]]
    return jsonify({"data": {"meta": {"all_count": len(found)}, "payload": shown}})


def _show(wishes: Wishes, here: Conversation) -> Any:
    return jsonify(wishes.account.shown(here, of_api=True))


def _read(wishes: Wishes, here: Conversation) -> Any:
    before, after = request.args.get("before", type=int), request.args.get("after", type=int)
    found = list(here.messages)
    if after is not None:
        found = [m for m in found if m.id > after][:100]
    else:
        found = [m for m in found if before is None or m.id < before][-20:]
    shown = [wishes.account.nested(here, m) for m in found]
    return jsonify({"meta": {"labels": here.labels, "contact_id": 440}, "payload": shown})


def _write(wishes: Wishes, here: Conversation) -> Any:
    body = request.get_json()
    problem = _problem(here, body, wishes.account.clock())
    if problem:
        return jsonify({"error": f"Validation failed: {problem}"}), 422
    sender = BOT if request.environ["HTTP_API_ACCESS_TOKEN"] == BOT_TOKEN else PERSON
    made = wishes.account.add(
        here,
        OUTGOING,
        _liquid(body["content"]),
        sender,
        private=body["private"],
        content_type=body["content_type"],
        attributes=body["content_attributes"],
        template=body.get("template_params"),
    )
    return jsonify(wishes.account.nested(here, made))


def _problem(here: Conversation, body: Any, now: float) -> str:
    if not isinstance(body, dict) or set(body) not in (MESSAGE_FIELDS, TEMPLATE_FIELDS):
        return f"Fields are {sorted(body)}"
    if not isinstance(body["content"], str) or not body["content"].strip():
        return "Content can't be blank"
    if len(body["content"]) > LONGEST:
        return "Content is too long"
    if body["message_type"] != "outgoing" or not isinstance(body["private"], bool):
        return "Message type is not included in the list"
    if not all(isinstance(value, str | list) for value in body["content_attributes"].values()):
        return "Content attributes are not of a known form"
    lately = [m for m in here.messages if m.created_at > now - 60]
    return "Too many messages" if len(lately) >= PER_MINUTE else ""


def _liquid(content: str) -> str:
    """Render as Chatwoot does, roughly: what is between braces is replaced."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "LEAKED", content)


def _toggle_status(wishes: Wishes, here: Conversation) -> Any:
    body = request.get_json()
    if set(body) != {"status"} or body["status"] not in STATUSES:
        return jsonify({"error": "status is not included in the list"}), 422
    wishes.account.change(here, body["status"])
    return jsonify(
        {
            "payload": {
                "success": True,
                "conversation_id": here.id,
                "current_status": here.status,
                "snoozed_until": None,
            }
        }
    )


def _typing(wishes: Wishes, here: Conversation) -> Any:
    body = request.get_json()
    if body not in ({"typing_status": "on"}, {"typing_status": "off"}):
        return jsonify({"error": "typing_status"}), 422
    here.typing.append(body["typing_status"])
    return "", 200


def _assign(wishes: Wishes, here: Conversation) -> Any:
    body = request.get_json()
    if set(body) == {"team_id"}:
        here.team_id = body["team_id"]
    elif set(body) == {"assignee_id"} and body["assignee_id"] == PERSON["id"]:
        wishes.account.assign(here)
    elif body == {"assignee_id": 0}:
        wishes.account.assign(here, None)
    else:
        return jsonify({"error": "Resource could not be found"}), 404
    return jsonify({"id": next(iter(body.values()))})


def _labels(_: Wishes, here: Conversation) -> Any:
    return jsonify({"payload": here.labels})


def _label(_: Wishes, here: Conversation) -> Any:
    body = request.get_json()
    if set(body) != {"labels"} or not all(isinstance(one, str) for one in body["labels"]):
        return jsonify({"error": "labels"}), 422
    here.labels = list(body["labels"])
    return jsonify({"payload": here.labels})
