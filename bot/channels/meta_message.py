"""One WhatsApp message of Meta's as words and files (Meta: "Webhooks, messages reference").

What a person said becomes text; what only happened (a reaction, a deletion, the opening of a
chat, a change of number) becomes nothing. A type of next year that carries a file is taken as a
file; one that carries nothing known is nothing.
"""

from collections.abc import Callable
from typing import Any

from bot.channels.form_answers import lines_of

Json = dict[str, Any]
NOTHING = frozenset({"reaction", "system", "revoke", "request_welcome"})


def words(message: Json) -> str:
    """Return what the customer said, "" when the message has no words."""
    kind = text_of(message, "type")
    say = _WORDS.get(kind)
    inside = object_of(message, kind)
    return (say(message, inside) if say else text_of(inside, "caption")).strip()


def media(message: Json) -> tuple[dict[str, str], ...]:
    """Return the file of a message: Meta's media id, its type, and its name if it has one."""
    if text_of(message, "type") == "edit":
        return media(object_of(object_of(message, "edit"), "message"))
    file = object_of(message, text_of(message, "type"))
    if not text_of(file, "id") or not text_of(file, "mime_type"):
        return ()
    found = {"url": text_of(file, "id"), "media_type": text_of(file, "mime_type")}
    name = text_of(file, "filename")
    return ({**found, "name": name[:200]} if name else found,)


def object_of(value: Json, name: str) -> Json:
    """Return an object of *value*; empty when there is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def objects_of(value: Json, name: str) -> list[Json]:
    """Return the objects of a list of *value*."""
    found = value.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_of(value: Json, name: str) -> str:
    """Return a text of *value*; "" when there is none."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _text(_: Json, text: Json) -> str:
    return text_of(text, "body")


def _button(_: Json, button: Json) -> str:
    return text_of(button, "text") or text_of(button, "payload")


def _interactive(_: Json, interactive: Json) -> str:
    reply = object_of(interactive, text_of(interactive, "type"))
    if "response_json" in reply:
        return _form(reply)
    parts = [text_of(reply, "title"), text_of(reply, "description")]
    return "\n".join(filter(None, parts))


def _form(reply: Json) -> str:
    """A WhatsApp Flow's answers, one a line."""
    lines = lines_of(text_of(reply, "response_json"))
    return "\n".join([*filter(None, [text_of(reply, "body")]), *lines])


def _location(_: Json, place: Json) -> str:
    names = [text_of(place, "name"), text_of(place, "address")]
    at = f"{place.get('latitude', '')},{place.get('longitude', '')}"
    return ", ".join([*filter(None, names), *([at] if at != "," else [])])


def _contacts(message: Json, _: Json) -> str:
    return "\n".join(filter(None, map(_card, objects_of(message, "contacts"))))


def _card(card: Json) -> str:
    parts = [text_of(object_of(card, "name"), "formatted_name")]
    parts += [text_of(phone, "phone") for phone in objects_of(card, "phones")]
    parts += [text_of(mail, "email") for mail in objects_of(card, "emails")]
    return ", ".join(filter(None, parts))


def _order(_: Json, order: Json) -> str:
    items = [
        f"{item.get('quantity', 1)} × {text_of(item, 'product_retailer_id')}"
        f" ({item.get('item_price', '?')} {text_of(item, 'currency')})"
        for item in objects_of(order, "product_items")
    ]
    return "\n".join([*filter(None, [text_of(order, "text")]), *items])


def _edit(_: Json, edit: Json) -> str:
    return words(object_of(edit, "message"))


def _unsupported(message: Json, unsupported: Json) -> str:
    """A person sent something that Meta does not hand on: they wait for an answer all the same."""
    return f"[mensaje no compatible: {text_of(unsupported, 'type') or 'desconocido'}]"


_WORDS: dict[str, Callable[[Json, Json], str]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "edit": _edit,
    "unsupported": _unsupported,
    "unknown": _unsupported,
} | dict.fromkeys(NOTHING, lambda message, inside: "")
