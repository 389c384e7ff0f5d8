"""What a reader of a page does not see and a model would: comments, scripts, hidden elements.

Text that is there for machines only is how instructions are smuggled into an answer
(OWASP LLM01, indirect prompt injection). Style sheets are not followed: only what an element says
of itself counts.
"""

import re
from typing import Any

_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|opacity\s*:\s*0*(\.0+)?\s*(;|$|!)"
    r"|font-size\s*:\s*0*(\.0+)?[a-z%]*\s*(;|$|!)|text-indent\s*:\s*-\d{3,}"
    r"|(left|top)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_MACHINES = ("script", "style", "template", "noscript", "iframe", "object", "embed", "svg")


def without_hidden(page: str) -> str:
    """The page as its reader sees it, as HTML again; empty when there is no page in it."""
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        # The text is decoded already; lxml refuses it when it declares an encoding of its own.
        tree = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        return ""
    for element in [one for one in tree.iter() if _is_hidden(one)]:
        if element.getparent() is not None:
            element.drop_tree()
    return str(html.tostring(tree, encoding="unicode"))


def _is_hidden(element: Any) -> bool:
    if not isinstance(element.tag, str):  # a comment or a processing instruction
        return True
    return (
        element.tag in _MACHINES
        or "hidden" in element.attrib
        or element.get("aria-hidden", "").lower() == "true"
        or (element.tag == "input" and element.get("type", "").lower() == "hidden")
        or bool(_UNSEEN.search(element.get("style", "")))
    )
