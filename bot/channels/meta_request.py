"""An outbox row as the body of a request to Meta (Meta: "Cloud API, messages").

Limits of buttons and lists are Meta's: what does not fit is said in words instead.
"""

import re
from typing import Any

from agent.store.outbox import Parcel
from bot.channels.choices import KIND, Choice, choices, with_choices

Json = dict[str, Any]
TEXT_LIMIT = 4096
MOST_BUTTONS, BUTTON_TITLE, BUTTON_BODY = 3, 20, 1024
MOST_ROWS, ROW_TITLE, ROW_DESCRIPTION, LIST_BODY = 10, 24, 72, 4096
LONGEST_ID = {"button": 256, "list": 200}
LIST_LABEL = "☰"  # what opens a list, in every language

_NUMBER = re.compile(r"\+?\d{5,20}")


def message(parcel: Parcel) -> Json:
    """Return what is posted for *parcel*; its status callbacks will name the outbox row."""
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_receiver(parcel.customer_address),
        **_content(parcel),
        "biz_opaque_callback_data": str(parcel.id),
    }


def typing(message_id: str) -> Json:
    """Return what marks a message as read and shows that an answer is being written."""
    return {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message_id,
        "typing_indicator": {"type": "text"},
    }


def _receiver(address: str) -> Json:
    """A number goes to `to`; the id of somebody who hides it to `recipient`."""
    return {"to": address} if _NUMBER.fullmatch(address) else {"recipient": address}


def _content(parcel: Parcel) -> Json:
    if parcel.extra.get("template"):
        return {"type": "template", "template": _template(parcel)}
    if parcel.kind == KIND:
        interactive = _buttons(parcel) or _list(parcel)
        if interactive:
            return {"type": "interactive", "interactive": interactive}
    body = with_choices(parcel.body, parcel.extra, TEXT_LIMIT)
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _template(parcel: Parcel) -> Json:
    extra = parcel.extra
    words = [{"type": "text", "text": str(value)} for value in extra.get("variables", ())]
    components = [{"type": "body", "parameters": words}] if words else []
    # The policy has one value; Meta's OpenAPI (business-messaging-api) requires it all the same.
    language = {"policy": "deterministic", "code": str(extra.get("language") or "es")}
    return {"name": str(extra["template"]), "language": language, "components": components}


def _buttons(parcel: Parcel) -> Json | None:
    offered = choices(parcel.extra)
    fits = (
        1 <= len(offered) <= MOST_BUTTONS
        and len(parcel.body) <= BUTTON_BODY
        and not any(one.description for one in offered)
        and _fit(offered, BUTTON_TITLE, LONGEST_ID["button"])
    )
    buttons = [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in offered]
    return _interactive("button", parcel.body, {"buttons": buttons}) if fits else None


def _list(parcel: Parcel) -> Json | None:
    offered = choices(parcel.extra)
    fits = (
        1 <= len(offered) <= MOST_ROWS
        and len(parcel.body) <= LIST_BODY
        and all(len(one.description) <= ROW_DESCRIPTION for one in offered)
        and _fit(offered, ROW_TITLE, LONGEST_ID["list"])
    )
    rows = [
        {"id": one.id, "title": one.title}
        | ({"description": one.description} if one.description else {})
        for one in offered
    ]
    action = {"button": LIST_LABEL, "sections": [{"rows": rows}]}
    return _interactive("list", parcel.body, action) if fits else None


def _fit(offered: list[Choice], title: int, longest_id: int) -> bool:
    """Ids and titles must be there, short enough, and no two the same."""
    sizes = all(0 < len(one.title) <= title and 0 < len(one.id) <= longest_id for one in offered)
    ids, titles = {one.id for one in offered}, {one.title for one in offered}
    return sizes and len(ids) == len(titles) == len(offered)


def _interactive(kind: str, body: str, action: Json) -> Json:
    return {"type": kind, "body": {"text": body}, "action": action}
