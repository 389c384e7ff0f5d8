"""An executed notebook as one page of HTML that runs nothing and asks nobody.

What a notebook printed is a stranger's: code wrote it, out of customers' words. Markup is cleaned
by `nh3` (ammonia's list of what is harmless), pictures are kept as far as they lie in the page
itself, everything else is escaped. The page is served with a policy that allows no script and no
address, and shown in a frame that has no rights: each of the three must hold alone.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt

from agent.notebooks import source
from studio.markup import Html, join, tag

LONGEST_TEXT = 50_000  # characters of one output
LARGEST_PICTURE = 4_000_000  # characters of base64
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2b26; background: #fff; margin: 0; }
pre { font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; margin: 0; }
pre { overflow-wrap: anywhere; padding: 8px 12px; }
.code { background: #f3f6f4; border-left: 3px solid #b9c9c1; margin-top: 14px; }
.failed { border-left-color: #b3261e; }
.error { color: #8c1d18; background: #fcefee; }
table { border-collapse: collapse; margin: 8px 0; }
td, th { border: 1px solid #d5ded9; padding: 3px 9px; text-align: right; }
img { max-width: 100%; }
"""
POLICY = (
    "default-src 'none'; img-src data:; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)
_IN_PAGE = re.compile(rf"data:({'|'.join(PICTURES)});base64,[A-Za-z0-9+/=\s]+\Z")
_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")  # ECMA-48, 5.4
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
_TAGS = nh3.ALLOWED_TAGS - {"map", "area"}


def page(notebook: Mapping[str, Any], failed: int | None = None) -> str:
    """Return the page. *failed*: the place of the cell that failed."""
    cells = [_cell(cell, place == failed) for place, cell in enumerate(notebook.get("cells", ()))]
    head = tag("head", Html('<meta charset="utf-8">'), tag("style", Html(STYLE)))
    return f"<!doctype html>{tag('html', head, tag('body', cells))}"


def _cell(cell: Mapping[str, Any], failed: bool) -> Html:
    text = source(cell)
    if cell.get("cell_type") == "markdown":
        return clean(_MARKDOWN.render(text))
    if cell.get("cell_type") != "code":
        return tag("pre", text)
    written = tag("pre", text, class_="code failed" if failed else "code")
    return join([written, *_outputs(cell.get("outputs", ()))])


def _outputs(outputs: Sequence[Mapping[str, Any]]) -> Iterator[Html]:
    for one in outputs:
        if one.get("output_type") == "stream":
            yield _plain(one.get("text", ""), one.get("name") == "stderr")
        elif one.get("output_type") == "error":
            yield _plain("\n".join(map(str, one.get("traceback", ()))), True)
        else:
            yield _shown(one.get("data", {}))


def _shown(data: Mapping[str, Any]) -> Html:
    """Return the best of the forms that an output has."""
    for kind in PICTURES:
        if kind in data and (picture := _picture(kind, _text(data[kind]))):
            return picture
    if "text/html" in data:
        return tag("div", clean(_text(data["text/html"])[: 10 * LONGEST_TEXT]))
    if "text/markdown" in data:
        return clean(_MARKDOWN.render(_text(data["text/markdown"])[:LONGEST_TEXT]))
    return _plain(data.get("text/plain", ""), False)


def _picture(kind: str, coded: str) -> Html | None:
    bare = "".join(coded.split())
    try:
        base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        return None
    return tag("img", src=f"data:{kind};base64,{bare}") if len(bare) < LARGEST_PICTURE else None


def _plain(text: Any, bad: bool) -> Html:
    words = _COLOURS.sub("", _text(text))
    cut = words[:LONGEST_TEXT] + ("\n[...]" if len(words) > LONGEST_TEXT else "")
    return tag("pre", cut, class_="error" if bad else None)


def _text(value: Any) -> str:
    """nbformat writes a text as one string or as its lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def clean(markup: str) -> Html:
    """Return *markup* without whatever runs, asks another address, or leads out of the page."""
    return Html(
        nh3.clean(
            markup,
            tags=_TAGS,
            clean_content_tags={"script", "style", "iframe", "object", "noscript", "template"},
            attributes={"img": {"src", "alt"}, "td": SPANS, "th": SPANS, "a": {"href"}},
            attribute_filter=_kept,
            url_schemes={"http", "https", "mailto", "data"},
        )
    )


SPANS = {"colspan", "rowspan"}


def _kept(element: str, attribute: str, value: str) -> str | None:
    if (element, attribute) == ("img", "src"):
        fits = len(value) < LARGEST_PICTURE and _IN_PAGE.match(value)
        return value if fits else None
    if attribute == "href":
        return value if value.startswith(("https://", "http://", "mailto:", "#")) else None
    return value
