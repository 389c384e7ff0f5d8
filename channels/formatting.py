"""Turns a model's Markdown into WhatsApp's own marks.

WhatsApp knows *bold*, _italic_, ~struck~, `code`, ```blocks```, lists and quotes, and nothing
else (WhatsApp Help Center, "How to format your messages"). Headings, tables and links are said
with those. What only looks like Markdown stays as it was written: `2*3*4`, `<nombre>`, a path, a
code to dial. CommonMark calls `*3*` in the first of them emphasis, and it never is.
`channels.parts` cuts what is too long for one message.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Node


def _parser(*without: str) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    # an indented line is text, `[1]: address` must not vanish, `---` is only ever a line
    return parser.disable(["code", "reference", "lheading", *without])


_PARSER, _NO_HTML = _parser(), _parser("html_block")
_MARKS = {"strong": "*", "em": "_", "s": "~"}
_URL = re.compile(
    r"(?P<before><?)(?P<aside>(?:https?://|\bwww\.)(?:[^\s<>()\[\]`\"]|\([^\s()]*\))+)(?P<after>>?)",
    re.IGNORECASE,
)
# A path of Windows, or a pattern: Markdown's backslash stands before a sign, never a letter.
_BACKSLASHES = re.compile(
    r"(?P<aside>[\w.:$%-]*(?:\b[A-Za-z]:\\|\\[^\W_])[^\s<>()\[\]`\"|" + "\ue000]*)"
)
# `+ 16 %` is no item of a list and `>= 18` no quotation.
_SIGN = re.compile(r"(?m)^(?P<before>[ >]*)(?P<aside>\+(?= ?[\d$€£])|>(?=[=\d]))")
_AFTER = ".,;:!?*_~'"  # belongs to the sentence, not to an address or a path
_HELD = re.compile("\ue000(\\d+)\ue001")
_LOOSE = re.compile(r"(?<!\w)\*\*([^*\n]+)\*\*( ?)")
_BREAK = re.compile(r"(?i)<br\s*/?>")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_TAGS = re.compile(
    "a|article|b|blockquote|body|center|code|del|details|div|em|font|footer|h[1-6]|head|header"
    "|html|i|ins|kbd|main|mark|nav|ol|pre|s|script|section|small|span|strike|strong|style|sub"
    "|summary|sup|table|tbody|tfoot|thead|u|ul"
)
_ALONE = re.compile("br|hr|img|li|p|t[dhr]|wbr")  # tags that nothing need close
_UNSEEN = re.compile(r"(?is)<!--.*?-->|<(script|style)\b.*?</\1\s*>")
_NO_MARK = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|`[^`\n]*`|\\.|https?://\S+)|(?<=[^\W_])\*(?=[^\W_]|#)"
    r"|(?<=\d)\*\*(?=[^\W_])|(?<=[^\W_])\*\*(?=\d)"
    r"|<(?=/?(?P<name>[^\W\d_][\w-]*)(?:\s[^<>]*)?/?>)",
    re.DOTALL,
)
_BOX = re.compile(r"^\[([ xX])\]\s+")
# Beside these an asterisk or two low lines are part of a formula, a code or a name.
_CAME_ON = re.compile(r"(?:[\w#=+^%$&@\\]|\w[./:-])$")
_GOES_ON = re.compile(r"[\w#=+^%$&@\\]|[./:-]\w")
_FORMULA, _DIGITS = re.compile(r"\d\w|\w\d"), re.compile(r"\d\d")
_ADDRESS = re.compile("[/.:#@\ue000]")
_NO_WORDS = re.compile(r"[#.,;:)\]/\\].*|.*[#(\[/\\,]")


def whatsapp(markdown: str) -> str:
    """Return *markdown* as a person on WhatsApp should read it."""
    aside: list[str] = []
    text = re.sub("[\ue000\ue001]", "", markdown)
    for pattern in (_URL, _BACKSLASHES, _SIGN):
        text = pattern.sub(lambda match: _hold(match, aside), text)
    text = _blocks(Node(_PARSER.parse(text)).children)
    return _HELD.sub(lambda match: aside[int(match[1])], text).strip()


def literal(markdown: str) -> str:
    """Return *markdown* for whoever reads every sign of it: what is no mark here is none there.

    `2*3*4` and `<nombre>` get a backslash, which CommonMark takes away again; code stays.
    """
    return _NO_MARK.sub(_escaped, markdown.strip())


def _escaped(found: re.Match[str]) -> str:
    name = found["name"]
    is_html = name and (_TAGS.fullmatch(name.lower()) or _ALONE.fullmatch(name.lower()))
    return found[0] if found["code"] or is_html else re.sub(r"([*<])", r"\\\1", found[0])


def in_whatsapp(markdown: str, _facts: Mapping[str, Any]) -> str:
    """Return *markdown* in WhatsApp's marks, wherever the conversation takes place."""
    return whatsapp(markdown)


def _hold(match: re.Match[str], aside: list[str]) -> str:
    """Put an address or a path aside, so that its underscores are nobody's italics."""
    found = match.groupdict("")
    whole, around = found["aside"], (found.get("before", ""), found.get("after", ""))
    kept = whole.rstrip(_AFTER)
    before, after = ("", "") if around == ("<", ">") else around
    if kept not in aside:
        aside.append(kept)
    return f"{before}\ue000{aside.index(kept)}\ue001{whole[len(kept) :]}{after}"


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
        return _html_block(node.content)
    if kind == "hr":
        return ""
    return _inline(node.children).strip() if kind == "inline" else _blocks(node.children)


def _fence(node: Node) -> str:
    if node.info.strip().lower() in ("markdown", "md"):
        return _blocks(Node(_PARSER.parse(node.content)).children)
    return f"```\n{node.content.rstrip()}\n```"


def _html_block(content: str) -> str:
    """A line that begins with `<name>` is words, with Markdown in it, unless that is HTML's."""
    found = _TAG.match(content.lstrip())
    if found is None or any(known.fullmatch(found[1].lower()) for known in (_TAGS, _ALONE)):
        return _without_html(content, content).strip()
    return _blocks(Node(_NO_HTML.parse(content)).children)


def _list(node: Node) -> str:
    lines = []
    for mark, item in zip(_items(node), node.children, strict=True):
        parts = [
            _indented(_block(child)) if child.type.endswith("_list") else _block(child)
            for child in item.children
        ]
        text = "\n".join(part for part in parts if part)
        lines.append(f"{mark} {_BOX.sub(_ticked, text)}".rstrip())
    return "\n".join(lines)


def _items(node: Node) -> list[str]:
    """What stands before each item: its own number, counted on where all have the same."""
    if node.type == "bullet_list":
        return ["-"] * len(node.children)
    given = [int(item.info) for item in node.children]
    counted = range(given[0], given[0] + len(given))
    return [f"{number}." for number in (counted if len(set(given)) == 1 else given)]


def _ticked(match: re.Match[str]) -> str:
    return "" if match[1] == " " else "✓ "


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _rows(table: Node) -> Iterator[str]:
    """Yield each row as lines of `*Column:* value`."""
    rows = [
        [_inline(cell.children[0].children, without).strip() for cell in row.children]
        for part, without in zip(table.children, ("strong", ""), strict=False)
        for row in part.children
    ]
    names = [name.rstrip(":") for name in rows[0]]
    for row in rows[1:] or [names]:
        cells = [
            f"*{name}:* {value}" if name and len(rows) > 1 else value
            for name, value in zip(names, row, strict=False)
            if value
        ]
        yield "\n".join(cells)


def _inline(nodes: list[Node], without: str = "") -> str:
    spans = [(node, text) for node in nodes if (text := _span(node, without))]
    texts = ["", *(text for _, text in spans), ""]
    return "".join(
        _beside(node, texts[place], texts[place + 2], without) if node.type in _MARKS else text
        for place, (node, text) in enumerate(spans)
    )


def _beside(node: Node, before: str, after: str, without: str) -> str:
    """A marked span between its neighbours: where it is no mark, as it was written.

    Right beside a letter WhatsApp would show the mark itself: there the words stand without.
    """
    text = _inline(node.children, without)
    if _is_written(node.markup, text, before, after):
        return f"{node.markup}{text}{node.markup}"
    if before[-1:].isalnum() or after[:1].isalnum():
        return text
    return _marked(node, without)


def _is_written(markup: str, text: str, before: str, after: str) -> bool:
    """Whether signs are no marks: `2*3*4`, `2**3**4`, `*.txt,*.doc`, `*123*1#`, `__init__.py`."""
    goes_on = _CAME_ON.search(before) or _GOES_ON.match(after)
    if markup == "*":
        return bool(goes_on or _NO_WORDS.fullmatch(text))
    opens, closes = before[-1:] + text[:1], text[-1:] + after[:1]
    is_formula = _FORMULA.fullmatch(opens) or _DIGITS.fullmatch(closes)
    is_power = len(text) == 1 and len(opens) == 2 and opens.isalnum()
    return bool(goes_on if markup == "__" else markup == "**" and (is_formula or is_power))


def _span(node: Node, without: str) -> str:
    kind = node.type
    if kind in _MARKS:
        return _marked(node, without)
    if kind in ("softbreak", "hardbreak"):
        return "\n"
    if kind == "code_inline":
        return f"`{node.content}`"
    if kind == "html_inline":
        return _without_html(node.content, "".join(one.content for one in node.siblings))
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
    if url and not _ADDRESS.search(url):
        return f"[{text}]({url})"  # `list[0](x)`
    bare = url.removeprefix("mailto:").removeprefix("tel:")
    return bare or text if text.strip() in ("", url, bare) or not bare else f"{text} ({bare})"


def _without_html(html: str, around: str) -> str:
    """*html* without HTML's own tags; `<nombre>`, and one that is never closed *around*, stay."""
    return _TAG.sub(partial(_bare, around), _UNSEEN.sub("", _BREAK.sub("\n", html)))


def _bare(around: str, tag: re.Match[str]) -> str:
    name, told = tag[1].lower(), around.lower()
    is_pair = _TAGS.fullmatch(name) and f"<{name}" in told and f"</{name}" in told
    return "" if is_pair or _ALONE.fullmatch(name) else tag[0]
