"""Meta's Cloud API on loopback: as strict as the real one, and as moody as `faults` say.

`MetaStandin(...).app` takes sends (Meta: "Cloud API, messages"); what it took is in `taken`.
`report` and `write` make webhooks that are genuinely signed; with a `webhook` address they are
posted, from a thread of its own as Meta does; without one they are kept in `waiting`.
"""

import json
import queue
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import urllib3
from flask import Flask, Response, jsonify, request

from channels.meta.receive import SIGNATURE, sign
from simulator.faults import Fault, Faults

NUMBER, TOKEN, SECRET = "106540352242922", "meta-token", "appsecret123"
HANG_SECONDS = 60.0
Json = dict[str, Any]

_FIELDS = {
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "text",
    "interactive",
    "template",
    "context",
    "biz_opaque_callback_data",
}
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_TEMPLATES = {("respuesta", "es_MX"): 1, ("saludo", "es"): 0}  # approved: how many variables


class Refusal(Exception):
    """Meta answers with an error."""

    def __init__(self, code: int, details: str, status: int = 400) -> None:
        super().__init__(details)
        self.code, self.details, self.status = code, details, status


@dataclass
class Taken:
    """One message that was taken."""

    id: str
    body: Json
    at: float

    @property
    def words(self) -> str:
        """What the customer reads."""
        kind = self.body["type"]
        inside = self.body[kind]
        if kind == "text":
            return str(inside["body"])
        if kind == "interactive":
            return str(inside["body"]["text"])
        parameters = [p for c in inside.get("components", []) for p in c["parameters"]]
        return " ".join(str(one["text"]) for one in parameters)


@dataclass
class MetaStandin:
    """One app with one number."""

    faults: Faults = field(default_factory=Faults)
    webhook: str = ""
    clock: Callable[[], float] = time.time
    closed: set[str] = field(default_factory=set)  # customers outside the 24 hours
    taken: list[Taken] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)  # inbound ids marked as read, with typing
    waiting: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    _later: "queue.Queue[Json]" = field(default_factory=queue.Queue)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.app = Flask("meta")
        self.app.add_url_rule("/<number>/messages", view_func=self._messages, methods=["POST"])
        self.app.register_error_handler(Refusal, _refuse)
        if self.webhook:
            threading.Thread(target=self._work, daemon=True, name="meta-postman").start()

    # --- what a customer does

    def write(self, text: str, customer: str = "5215550001111", message_id: str = "") -> str:
        """A customer writes; return the message's id."""
        message_id = message_id or f"wamid.{uuid.uuid4().hex}"
        message = {
            "from": customer,
            "id": message_id,
            "timestamp": str(int(self.clock())),
            "type": "text",
            "text": {"body": text},
        }
        contact = {"profile": {"name": "Ana"}, "wa_id": customer}
        self._hook({"contacts": [contact], "messages": [message]})
        return message_id

    def say(self, message: Json, customer: str = "5215550001111") -> None:
        """A customer sends *message*, as Meta describes it; whose and when is added."""
        usual = {"from": customer, "timestamp": str(int(self.clock()))}
        contact = {"profile": {"name": "Ana"}, "wa_id": customer}
        self._hook({"contacts": [contact], "messages": [{**usual, **message}]})

    def write_file(self, kind: str, media_id: str, media_type: str, customer: str) -> None:
        """A customer sends a voice note (audio), a photo (image) or a document."""
        file = {"id": media_id, "mime_type": media_type, "sha256": "c2hhMjU2"}
        message = {
            "from": customer,
            "id": f"wamid.{uuid.uuid4().hex}",
            "type": kind,
            kind: file,
            "timestamp": str(int(self.clock())),
        }
        contact = {"profile": {"name": "Ana"}, "wa_id": customer}
        self._hook({"contacts": [contact], "messages": [message]})

    def report(self, taken: Taken, status: str, code: int = 0) -> None:
        """Tell what became of a message."""
        told: Json = {"id": taken.id, "status": status, "timestamp": str(int(self.clock()))}
        told["recipient_id"] = taken.body.get("to", "")
        if "biz_opaque_callback_data" in taken.body:
            told["biz_opaque_callback_data"] = taken.body["biz_opaque_callback_data"]
        if code:
            told["errors"] = [{"code": code, "title": "On demand"}]
        self._hook({"statuses": [told]})

    def settle(self) -> None:
        """Wait until every webhook is delivered."""
        self._later.join()

    def _hook(self, value: Json) -> None:
        body = about_us(value)
        if self.webhook:
            self._later.put(body)
        else:
            self.waiting.append(signed(body))

    def _work(self) -> None:
        pool = urllib3.PoolManager(timeout=20.0, retries=False)
        while True:
            raw, headers = signed(self._later.get())
            for _ in range(40):  # Meta repeats for days
                try:
                    done = pool.request("POST", self.webhook, body=raw, headers=headers)
                    if done.status == 200:
                        break
                except urllib3.exceptions.HTTPError:
                    pass
                time.sleep(0.25)
            self._later.task_done()

    # --- the API

    def _messages(self, number: str) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refusal(190, "Invalid OAuth access token", 401)
        if number != NUMBER:
            raise Refusal(100, f"Object with ID '{number}' does not exist")
        body = request.get_json(silent=True)
        if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
            raise Refusal(100, "The parameter messaging_product is required.")
        if "status" in body:
            return self._read(body)
        check(body)
        fault = self.faults.next()
        taken = self._take(body) if fault is None or fault.taken else None
        if fault is not None:
            return _go_wrong(fault, self.faults)
        assert taken
        contact = {"input": body.get("to") or body["recipient"], "wa_id": body.get("to", "")}
        return jsonify(
            {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": taken.id}]}
        )

    def _read(self, body: Json) -> Response:
        _only(body, {"messaging_product", "status", "message_id", "typing_indicator"})
        indicator = body.get("typing_indicator", {"type": "text"})
        if body["status"] != "read" or indicator != {"type": "text"} or not body.get("message_id"):
            raise Refusal(100, "Invalid parameter")
        self.seen.append(body["message_id"])
        return jsonify({"success": True})

    def tells(self) -> bool:
        """Whether callbacks about this send come at all."""
        return self.faults.reports

    def _take(self, body: Json) -> Taken:
        taken = Taken(f"wamid.{uuid.uuid4().hex}", body, self.clock())
        with self._lock:
            self.taken.append(taken)
        if self.tells():
            late = body["type"] != "template" and body.get("to") in self.closed
            for status in ("failed",) if late else ("sent", "delivered"):
                self.report(taken, status, 131047 if late else 0)
        return taken


def about_us(value: Json) -> Json:
    """Return a webhook's body about our number, with *value* in it."""
    meta = {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
    change = {"messaging_product": "whatsapp", "metadata": meta, **value}
    entry = {"id": "1", "changes": [{"field": "messages", "value": change}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def signed(body: Json, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """Return *body* as Meta sends it: letters and slashes escaped, signed as raw bytes."""
    raw = json.dumps(body).replace("/", "\\/").encode()
    return raw, {SIGNATURE: sign(secret, raw), "Content-Type": "application/json"}


def check(body: Json) -> None:
    """Raise what Meta would answer to a send that is not as documented."""
    _only(body, _FIELDS)
    if body.get("recipient_type", "individual") != "individual":
        raise Refusal(100, "recipient_type")
    to, recipient = body.get("to", ""), body.get("recipient", "")
    if not to and not recipient:
        raise Refusal(131008, "The parameter to is required.")
    if (to and not re.fullmatch(r"\+?\d{5,20}", to)) or (
        recipient and not _BSUID.fullmatch(recipient)
    ):
        raise Refusal(131009, "Parameter value is not valid: to")
    if len(body.get("biz_opaque_callback_data", "")) > 512:
        raise Refusal(100, "biz_opaque_callback_data")
    kinds: dict[str, Callable[[Json], None]] = {
        "text": _text,
        "interactive": _interactive,
        "template": _template,
    }
    kind = body.get("type")
    if kind not in kinds or not isinstance(body.get(kind), dict):
        raise Refusal(100, "type")
    kinds[kind](body[kind])


def _text(text: Json) -> None:
    _only(text, {"body", "preview_url"})
    if not isinstance(text.get("preview_url", False), bool):
        raise Refusal(100, "preview_url must be a boolean")
    _length(text.get("body"), 4096, "text.body")


def _interactive(interactive: Json) -> None:
    _only(interactive, {"type", "header", "body", "footer", "action"})
    if interactive["type"] == "button":
        _length(interactive["body"]["text"], 1024, "body")
        buttons = interactive["action"]["buttons"]
        if not 1 <= len(buttons) <= 3 or any(one["type"] != "reply" for one in buttons):
            raise Refusal(131009, "Invalid buttons count. Min allowed buttons: 1, Max: 3")
        _choices([one["reply"] for one in buttons], 20, 256)
    elif interactive["type"] == "list":
        _length(interactive["body"]["text"], 4096, "body")
        _only(interactive["action"], {"button", "sections"})
        _length(interactive["action"]["button"], 20, "action.button")
        rows = [row for section in interactive["action"]["sections"] for row in section["rows"]]
        if not 1 <= len(rows) <= 10:
            raise Refusal(131009, "Total row count exceeds max allowed count: 10")
        _choices(rows, 24, 200)
    else:
        raise Refusal(131009, "interactive.type")


def _choices(offered: list[Json], longest_title: int, longest_id: int) -> None:
    for one in offered:
        _only(one, {"id", "title", "description"})
        _length(one.get("title"), longest_title, "title")
        _length(one.get("id"), longest_id, "id")
        if "description" in one:
            _length(one["description"], 72, "description")
    if len({one["id"] for one in offered}) < len(offered):
        raise Refusal(131009, "Duplicate id")


def _template(template: Json) -> None:
    _only(template, {"name", "language", "components"})
    language = template.get("language", {})
    _only(language, {"policy", "code"})
    if language.get("policy") != "deterministic":
        raise Refusal(131008, "Required parameter is missing: template.language.policy")
    variables = _TEMPLATES.get((template.get("name", ""), template["language"]["code"]))
    if variables is None:
        raise Refusal(132001, "Template name does not exist in the translation", 404)
    given = [p for c in template.get("components", []) for p in c["parameters"]]
    if len(given) != variables:
        raise Refusal(132000, f"number of localizable_params ({len(given)}) does not match")
    for one in given:
        _length(one.get("text"), 1024, "parameter")
        if re.search(r"[\n\t]| {5}", one["text"]):
            raise Refusal(132012, "Param text cannot have new-line/tab characters or > 4 spaces")


def _only(value: Json, known: set[str]) -> None:
    strange = set(value) - known
    if strange:
        raise Refusal(100, f"Unexpected key {sorted(strange)[0]}")


def _length(value: Any, limit: int, name: str) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= limit:
        raise Refusal(100, f"Param {name} must be at most {limit} characters long.")


def _refuse(refusal: Refusal) -> Response:
    answer = jsonify(
        {
            "error": {
                "message": f"(#{refusal.code}) On demand",
                "type": "OAuthException",
                "code": refusal.code,
                "error_data": {"messaging_product": "whatsapp", "details": refusal.details},
                "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
            }
        }
    )
    answer.status_code = refusal.status
    return answer


def _go_wrong(fault: Fault, faults: Faults) -> Response:
    if fault.hang:
        faults.released.wait(HANG_SECONDS)
    if fault.reset:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    if fault.rubbish:
        return Response("<html>welcome</html>", status=200)
    if not fault.code:
        return Response("<html>oops</html>", status=fault.status or 500)
    answer = _refuse(Refusal(fault.code, "On demand", fault.status or 500))
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer
