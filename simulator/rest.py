"""Twilio's REST side (Twilio: "Message resource"): sends, the list, the typing indicator."""

import email.utils
import hmac
import json
import re
import socket
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, request

from simulator.faults import Fault, Faults
from simulator.ledger import Ledger, Message
from simulator.postman import Postman

LONGEST_BODY = 1600
HANG_SECONDS = 60.0
Json = dict[str, Any]


def rest(
    account: tuple[str, str], number: str, ledger: Ledger, postman: Postman, faults: Faults
) -> Blueprint:
    """Return Twilio's routes for one account with one WhatsApp sender."""
    blueprint = Blueprint("rest", __name__)
    sid, token = account

    @blueprint.before_request
    def authenticate() -> Response | None:
        given = request.authorization
        user, password = (given.username or "", given.password or "") if given else ("", "")
        if hmac.compare_digest(f"{user}:{password}".encode(), f"{sid}:{token}".encode()):
            in_path = (request.view_args or {}).get("account", sid)
            return None if in_path == sid else _error(404, 20404, "Not found")
        return _error(401, 20003, "Authenticate")

    @blueprint.post("/2010-04-01/Accounts/<account>/Messages.json")
    def send(account: str) -> Response:
        code, why = _wrong(request.form, number)
        if code:
            return _error(400, code, why)
        return _send(account, ledger, postman, faults)

    @blueprint.get("/2010-04-01/Accounts/<account>/Messages.json")
    def list_messages(account: str) -> Response:
        if faults.list_status != 200:
            return _error(faults.list_status, 20500, "Internal server error")
        return jsonify(_page(account, ledger, faults.list_lag))

    @blueprint.get("/2010-04-01/Accounts/<account>/Messages/<message>.json")
    def read(account: str, message: str) -> Response:
        found = ledger.get(message)
        return jsonify(_shown(account, found)) if found else _error(404, 20404, "Not found")

    @blueprint.post("/v2/Indicators/Typing.json")
    def typing() -> Response:
        known = ledger.get(request.form.get("messageId", ""))
        if known is None or request.form.get("channel") != "whatsapp":
            return _error(400, 20001, "Unknown message or channel")
        ledger.set_status(known.sid, "read")
        return jsonify({"success": True})

    return blueprint


def _wrong(form: Any, number: str) -> tuple[int, str]:
    """Return why Twilio would refuse this send: (code, words), or (0, "")."""
    to, sender, callback = form.get("To", ""), form.get("From", ""), form.get("StatusCallback", "")
    has_content = any(form.get(name) for name in ("Body", "MediaUrl", "ContentSid"))
    host = urlsplit(callback).hostname or ""
    checks = (
        (not to, 21604, "A 'To' phone number is required."),
        (not sender and not form.get("MessagingServiceSid"), 21603, "A 'From' is required."),
        (not has_content, 21619, "A text message body or media urls must be specified."),
        (not to.startswith("whatsapp:") or len(to) < 12, 21211, "Invalid 'To' Phone Number."),
        (sender == to, 63031, "Channels message cannot have the same From and To."),
        (sender != number, 63007, "Twilio could not find a Channel with the specified From."),
        (_bad_content(form), 21655, "The ContentSid or its ContentVariables are invalid."),
        (len(form.get("Body", "")) > LONGEST_BODY, 21617, "The body exceeds 1600 characters."),
        (bool(callback) and (not host or "_" in host), 21609, "Invalid StatusCallback URL."),
    )
    return next(((code, why) for failed, code, why in checks if failed), (0, ""))


def _bad_content(form: Any) -> bool:
    sid = form.get("ContentSid", "")
    if not sid:
        return "ContentVariables" in form
    try:
        variables = json.loads(form.get("ContentVariables", "{}"))
    except ValueError:
        return True
    words = isinstance(variables, dict) and all(isinstance(one, str) for one in variables.values())
    return not (re.fullmatch("HX[0-9a-fA-F]{32}", sid) and words)


def _rendered(form: Any) -> str:
    """A template as the customer reads it: its own words are unknown here, the variables are."""
    variables = json.loads(form.get("ContentVariables", "{}"))
    return f"[{form['ContentSid'][:8]}] " + " ".join(variables.values())


def _send(account: str, ledger: Ledger, postman: Postman, faults: Faults) -> Response:
    fault = faults.next()
    message = None
    if fault is None or fault.taken:
        message = _take(account, ledger, postman, faults.reports)
    if fault is not None:
        return _go_wrong(fault, faults)
    answer = jsonify(_shown(account, message) if message else {})
    answer.status_code = 201
    return answer


def _take(account: str, ledger: Ledger, postman: Postman, reports: bool) -> Message:
    form = request.form
    message = ledger.put(
        Message(
            sid=f"SM{uuid.uuid4().hex}",
            sender=form["From"],
            receiver=form["To"],
            body=form.get("Body") or _rendered(form),
            from_customer=False,
            created_at=ledger.clock(),
            status="queued",
            callback=form.get("StatusCallback", ""),
        )
    )
    for status in ("sent", "delivered"):
        ledger.set_status(message.sid, status)
        if message.callback and reports:
            postman.post_later(message.callback, _report(account, message, status))
    return message


def _report(account: str, message: Message, status: str) -> dict[str, str]:
    return {
        "AccountSid": account,
        "ApiVersion": "2010-04-01",
        "ChannelPrefix": "whatsapp",
        "ChannelToAddress": message.receiver.removeprefix("whatsapp:"),
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "StructuredMessage": "false",
        "To": message.receiver,
        **({"EventType": "DELIVERED"} if status == "delivered" else {}),
    }


def _go_wrong(fault: Fault, faults: Faults) -> Response:
    if fault.hang:
        faults.released.wait(HANG_SECONDS)
    if fault.reset:
        connection = request.environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)
    if fault.rubbish:
        return Response("<html>welcome</html>", status=201)
    answer = _error(fault.status or 500, fault.code or 20500, "On demand")
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _page(account: str, ledger: Ledger, lag: float) -> Json:
    query = request.args
    size = min(query.get("PageSize", 50, type=int), 1000)
    page = query.get("Page", 0, type=int)
    newest = ledger.clock() - lag
    found = [one for one in ledger.newest_first() if one.created_at <= newest and _fits(one, query)]
    shown = found[page * size : (page + 1) * size]
    path = f"/2010-04-01/Accounts/{account}/Messages.json"
    more = len(found) > (page + 1) * size
    following = f"{path}?{urlencode({**query, 'Page': page + 1})}" if more else None
    return {
        "messages": [_shown(account, one) for one in shown],
        "page": page,
        "page_size": size,
        "next_page_uri": following,
        "uri": f"{path}?{urlencode({**query})}",
    }


def _fits(message: Message, query: Any) -> bool:
    """`DateSent` filters by day, and a message that has not been sent has no such day."""
    if query.get("To", message.receiver) != message.receiver:
        return False
    if query.get("From", message.sender) != message.sender:
        return False
    after, before, on = (query.get(f"DateSent{mark}") for mark in (">", "<", ""))
    if not (after or before or on):
        return True
    day = datetime.fromtimestamp(message.sent_at, UTC).date().isoformat() if message.sent_at else ""
    return bool(day) and (after or day)[:10] <= day <= (before or day)[:10] and (on or day) == day


def _shown(account: str, message: Message) -> Json:
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": _date(message.created_at),
        "date_sent": _date(message.sent_at) if message.sent_at else None,
        "date_updated": _date(message.sent_at or message.created_at),
        "direction": "inbound" if message.from_customer else "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": str(len(message.media)),
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": message.status,
        "to": message.receiver,
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{message.sid}.json",
    }


def _date(at: float) -> str:
    return email.utils.format_datetime(datetime.fromtimestamp(int(at), UTC))


def _error(status: int, code: int, why: str) -> Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    answer = jsonify({"code": code, "message": why, "more_info": more, "status": status})
    answer.status_code = status
    return answer
