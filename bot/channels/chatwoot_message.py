"""What is said in a Chatwoot message: its words, and its files."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

MOST_MEDIA = 15  # Chatwoot's own limit of attachments on a message
FILES = ("image", "audio", "video", "file", "share", "ig_reel", "ig_story", "story_mention")
_MEDIA_TYPES = ("image", "audio", "video")


def text_of(message: Mapping[str, Any]) -> str:
    """Return the words, with a place, a contact card or a link that was attached."""
    content = message.get("content")
    lines = [content.strip() if isinstance(content, str) else ""]
    lines += [_said(one) for one in _attachments(message)]
    return "\n".join(line for line in lines if line)


def media_of(message: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    """Return the files, as `Inbound` wants them."""
    return tuple(
        {"url": str(one["data_url"]), "media_type": _media_type(one), "name": _name(one)}
        for one in _attachments(message)
        if one.get("file_type") in FILES and one.get("data_url")
    )[:MOST_MEDIA]


def _attachments(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = message.get("attachments")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping):
            yield one


def _said(attachment: Mapping[str, Any]) -> str:
    kind, title = attachment.get("file_type"), str(attachment.get("fallback_title") or "")
    if kind == "location":
        latitude, longitude = (
            attachment.get("coordinates_lat"), attachment.get("coordinates_long")
        )  # fmt: skip
        place = "" if latitude is None or longitude is None else f"{latitude},{longitude}"
        return ", ".join(part for part in (title, place) if part)
    if kind in FILES:
        return ""
    link = str(attachment.get("data_url") or "")
    return " ".join(part for part in (_card(attachment), title, link) if part)


def _card(attachment: Mapping[str, Any]) -> str:
    """The name on a contact card; its number is the title."""
    meta = attachment.get("meta")
    if not isinstance(meta, Mapping):
        return ""
    return " ".join(str(meta[name]) for name in ("firstName", "lastName") if meta.get(name))


def _media_type(attachment: Mapping[str, Any]) -> str:
    given, kind = attachment.get("content_type"), attachment.get("file_type")
    if isinstance(given, str) and re.fullmatch(r"[\w.+-]+/[\w.+-]+(;.*)?", given):
        return given[:120]
    return f"{kind}/*" if kind in _MEDIA_TYPES else "application/octet-stream"


def _name(attachment: Mapping[str, Any]) -> str:
    path = str(attachment["data_url"]).partition("?")[0]
    return path.rpartition("/")[2][:200]
