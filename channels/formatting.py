"""Turns a model's Markdown into WhatsApp's own marks.

WhatsApp knows *bold*, _italic_, ~struck~, `code`, ```blocks```, lists and quotes, and nothing
else (WhatsApp Help Center, "How to format your messages"). Headings, tables and links are said
with those. `channels.parts` cuts what is too long for one message.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Node

_PARSER = (
    MarkdownIt("commonmark", {"html": True})
    .enable(["table", "strikethrough"])
    # an indented line is text, `[1]: address` must not vanish, `---` is only ever a line
    .disable(["code", "reference", "lheading"])
)
_PARSER.normalizeLink = lambda url: url  # type: ignore[method-assign]
_PARSER.validateLink = lambda url: True  # type: ignore[method-assign]

_MARKS = {"strong": "*", "em": "_", "s": "~"}
_URL = re.compile(r"<?(https?://(?:[^\s<>()\[\]`\"]|\([^\s()]*\))+)>?")
_AFTER_URL = ".,;:!?*_~'"  # belongs to the sentence, not to the address
_HELD = re.compile("\ue000(\\d+)\ue001")
_LOOSE = re.compile(r"\*\*([^*\n]+)\*\*( ?)")
_BREAK, _TAG = re.compile(r"(?i)<br\s*/?>"), re.compile("<[^>]*>")
_UNSEEN = re.compile(r"(?is)<!--.*?-->|<(script|style)\b.*?</\1\s*>")
_BOX = re.compile(r"^\[([ xX])\]\s+")


def whatsapp(markdown: str) -> str:
    """Return *markdown* as a person on WhatsApp should read it."""
    urls: list[str] = []
    held = _URL.sub(lambda match: _hold(match, urls), re.sub("[\ue000\ue001]", "", markdown))
    text = _blocks(Node(_PARSER.parse(held)).children)
    return _HELD.sub(lambda match: urls[int(match[1])], text).strip()


def in_whatsapp(markdown: str, _facts: Mapping[str, Any]) -> str:
    """Return *markdown* in WhatsApp's marks, wherever the conversation takes place."""
    return whatsapp(markdown)


def _hold(match: re.Match[str], urls: list[str]) -> str:
    """Put an address aside, so that its underscores are nobody's italics."""
    url = match[1].rstrip(_AFTER_URL)
    if url not in urls:
        urls.append(url)
    rest = match[1][len(url) :]
    opened, closed = match[0].startswith("<"), match[0].endswith(">")
    before = "<" if opened and not closed else ""
    after = ">" if closed and not opened else ""
    return f"{before}\ue000{urls.index(url)}\ue001{rest}{after}"


def _blocks(nodes: list[Node], between: str = "\n\n") -> str:
    return between.join(text for text in map(_block, nodes) if text)


def _block(node: Node) -> str:
    kind = node.type
    if kind == "heading":
        plain = _inline(node.children[0].children, without="strong").strip()
        return f"*{plain}*" if plain else ""
    if kind in ("bullet_list", "ordered_list"):
        return _list(node)
    if kind == "blockquote":
        return "\n".join(f"> {line}" for line in _blocks(node.children).split("\n"))
    if kind == "table":
        return "\n\n".join(_rows(node))
    if kind == "fence":
        return _fence(node)
    if kind == "html_block":
        return _without_html(node.content).strip()
    if kind == "hr":
        return ""
    return _inline(node.children).strip() if kind == "inline" else _blocks(node.children)


def _fence(node: Node) -> str:
    if node.info.strip().lower() in ("markdown", "md"):
        return _blocks(Node(_PARSER.parse(node.content)).children)
    return f"```\n{node.content.rstrip()}\n```"


def _list(node: Node) -> str:
    first = int(node.attrs.get("start", 1))
    lines = []
    for place, item in enumerate(node.children):
        mark = "-" if node.type == "bullet_list" else f"{first + place}."
        parts = [
            _indented(_block(child)) if child.type.endswith("_list") else _block(child)
            for child in item.children
        ]
        text = "\n".join(part for part in parts if part)
        lines.append(f"{mark} {_BOX.sub(_ticked, text)}".rstrip())
    return "\n".join(lines)


def _ticked(match: re.Match[str]) -> str:
    return "" if match[1] == " " else "✓ "


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _rows(table: Node) -> Iterator[str]:
    """Yield each row as lines of `*Column:* value`."""
    rows = [
        [_inline(cell.children[0].children).strip() for cell in row.children]
        for part in table.children
        for row in part.children
    ]
    names = [name.replace("*", "").rstrip(":") for name in rows[0]]
    for row in rows[1:] or [names]:
        cells = [
            f"*{name}:* {value}" if name and len(rows) > 1 else value
            for name, value in zip(names, row, strict=False)
            if value
        ]
        yield "\n".join(cells)


def _inline(nodes: list[Node], without: str = "") -> str:
    spans = [(node, text) for node in nodes if (text := _span(node, without))]
    return "".join(
        _inline(node.children, without) if node.type in _MARKS and _touched(spans, place) else text
        for place, (node, text) in enumerate(spans)
    )


def _touched(spans: list[tuple[Node, str]], place: int) -> bool:
    """Whether a letter stands right beside a mark: WhatsApp would show the mark itself."""
    before = spans[place - 1][1][-1] if place else " "
    after = spans[place + 1][1][0] if place + 1 < len(spans) else " "
    return before.isalnum() or after.isalnum()


def _span(node: Node, without: str) -> str:
    kind = node.type
    if kind in _MARKS:
        return _marked(node, without)
    if kind in ("softbreak", "hardbreak"):
        return "\n"
    if kind == "code_inline":
        return f"`{node.content}`"
    if kind == "html_inline":
        return _without_html(node.content)
    if kind == "link":
        return _link(_inline(node.children, without), str(node.attrs.get("href", "")))
    if kind == "image":
        name, url = node.content, str(node.attrs.get("src", ""))
        return f"{name}: {url}" if name else url
    return _LOOSE.sub(_tightened, node.content)


def _tightened(match: re.Match[str]) -> str:
    """`**Price: **` is bold to whoever wrote it, though not to Markdown; `2 ** 3 ** 4` is not."""
    inside = match[1]
    before, after = inside[0].isspace(), inside[-1].isspace()
    if before == after:
        return match[0]
    return f"{' ' * before}*{inside.strip()}*{' ' * after or match[2]}"


def _marked(node: Node, without: str) -> str:
    inside = [child for child in node.children if child.type != "text" or child.content]
    if node.type == "em" and len(inside) == 1 and inside[0].type == "strong":
        return _wrapped("*", _wrapped("_", _inline(inside[0].children, without)))
    text = _inline(node.children, without)
    return text if node.type == without else _wrapped(_MARKS[node.type], text)


def _wrapped(mark: str, text: str) -> str:
    """Mark each line by itself: WhatsApp's marks end with the line."""
    return "\n".join(f"{mark}{line}{mark}" if line.strip() else line for line in text.split("\n"))


def _link(text: str, url: str) -> str:
    bare = url.removeprefix("mailto:").removeprefix("tel:")
    return bare or text if text.strip() in ("", url, bare) or not bare else f"{text} ({bare})"


def _without_html(html: str) -> str:
    return _TAG.sub("", _UNSEEN.sub("", _BREAK.sub("\n", html)))
