"""HTML that cannot be anything but what we wrote: every string is escaped when it is put in.

Pages hand such HTML to `gr.HTML(value=...)`. Its templates are never used for data: Gradio 6.31
fills in `{{name}}` and then runs the result as a JavaScript template literal, so that a customer
who writes `${...}` would run code in the browser of whoever reads the message.
"""

import html
import re
from collections.abc import Iterable

VOID = frozenset({"br", "hr", "input", "img", "progress"})


class Html(str):
    """A string of HTML that is safe to show as it is."""

    __slots__ = ()


Content = str | Iterable["Content"] | None
Attribute = str | int | bool | None


def tag(name: str, /, *content: Content, **attributes: Attribute) -> Html:
    """Return an element. `class_` is class, `data_id` is data-id; False and None are left out."""
    spelled = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID and not content:
        return Html(f"<{name}{spelled}>")
    return Html(f"<{name}{spelled}>{join(content)}</{name}>")


def join(content: Iterable[Content]) -> Html:
    """Return the pieces one after the other, escaped where they are not HTML already."""
    return Html("".join(_piece(piece) for piece in content))


def whatsapp(text: str) -> Html:
    """Return a message as WhatsApp shows it: *bold*, _italic_, ~struck~ and ```code```."""
    safe = html.escape(text)
    for pattern, element in _MARKS:
        safe = pattern.sub(rf"<{element}>\1</{element}>", safe)
    return Html(safe)


_MARKS = (
    (re.compile(r"```([^`]+)```"), "code"),
    (re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"), "b"),
    (re.compile(r"(?<![\w_/])_([^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"), "i"),
    (re.compile(r"(?<![\w~])~([^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"), "s"),
)


def _piece(piece: Content) -> str:
    if piece is None:
        return ""
    if isinstance(piece, Html):
        return piece
    if isinstance(piece, str):
        return html.escape(piece)
    return join(piece)


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
