"""What a reader of a page does not see and a model would: comments, scripts, hidden elements.

Text that is there for machines only is how instructions are smuggled into an answer
(OWASP LLM01, indirect prompt injection). What is only folded, and opened by a click, is content:
the answers of many pages are.
"""

import re
from typing import Any

from knowledge.parsing.formats.page_styles import Look, Styles

_MACHINES = ("script", "style", "template", "noscript", "iframe", "object", "embed", "svg")
_CONTROLS = ("button", "summary", "label", "dt")
_QUESTION = re.compile(r"\?\s*[+▾▼⌄›>-]?\s*$")
_FOLDS = re.compile(
    r"(?:^|[-_\s])(?:collapse|collapsible|accordion|acordeon|tab-?pane|tab-?panel|tabpanel"
    r"|tab-content|faq|answer|respuesta|toggle|panel-body|expandable|desplegable)s?(?:$|[-_\s])",
    re.IGNORECASE,
)
_FOLD_MARKS = ("style", "hidden", "aria-hidden", "class", "id")
_POINTERS = ("aria-controls", "data-target", "data-bs-target", "href", "for", "data-toggle-target")
_FAR = re.compile(r"-\d{3,}")
_CLIPPED = re.compile(r"rect\((?:\s*[01](?:px)?[\s,]*){4}\)|inset\((?:50|100)%|circle\(0")
_LENGTH = re.compile(r"(\d*\.?\d+)(px|pt|em|rem|%|vw)?")
_TINY = {"px": 2.0, "pt": 1.5, "em": 0.15, "rem": 0.15, "%": 15.0, "vw": 0.2, "": 2.0}
_NOTHING = re.compile(r"0*(?:\.0+)?(?:[a-z%]*)")
_WHITE = re.compile(
    r"white|#fff(?:f|fff|fffff)?|#f[c-f]f[c-f]f[c-f]|rgba?\(\s*25[2-5][\s,]+25[2-5][\s,]+25[2-5].*\)"
)


def without_hidden(page: str) -> tuple[Any, int]:
    """The page as its reader sees it, and how many hidden texts were left out; None: no page."""
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        # The text is decoded already; lxml refuses it when it declares an encoding of its own.
        tree = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        return None, 0
    sight = _Sight(tree)
    for element in [one for one in tree.iter() if _is_for_machines(one)]:
        _drop(element)
    hidden = [one for one in tree.iter() if sight.hides(one)]
    there = set(hidden)
    outer = [one for one in hidden if not any(above in there for above in one.iterancestors())]
    count = sum(len(one.text_content().split()) > 1 for one in outer)
    for element in outer:
        _drop(element)
    for element in filter(sight.is_folded, tree.iter("*")):
        for mark in _FOLD_MARKS:  # the extractor has an opinion of its own about them
            element.attrib.pop(mark, None)
    return tree, count


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _is_for_machines(element: Any) -> bool:
    if not isinstance(element.tag, str):  # a comment or a processing instruction
        return True
    return element.tag in _MACHINES or (
        element.tag == "input" and element.get("type", "").lower() == "hidden"
    )


class _Sight:
    """Tells what is hidden from people for good from what a click unfolds."""

    def __init__(self, tree: Any) -> None:
        self._styles = Styles(tree)
        scripts = " ".join(one.text or "" for one in tree.iter("script"))
        pointed = (one.get(name, "") for one in tree.iter("*") for name in _POINTERS)
        clicked = (one.get("onclick", "") for one in tree.iter("*"))
        self._named = set(re.findall(r"[\w-]+", " ".join([scripts, *pointed, *clicked])))
        self._named |= self._styles.shown_by_state
        self._has_other_sheets = any(
            "stylesheet" in one.get("rel", "") for one in tree.iter("link")
        )

    def hides(self, element: Any) -> bool:
        """Whether people cannot get to see the *element*."""
        look = self._styles.of(element)
        if not look and not element.attrib:
            return False
        if _is_disguised(look) or self._is_white_on_white(element, look):
            return True
        return self.is_folded(element) and not self._can_be_opened(element)

    def is_folded(self, element: Any) -> bool:
        """Whether the *element* shows nothing as long as nobody opens it."""
        if element.get("role") == "tabpanel":
            return True
        return _is_folded(element, self._styles.of(element))

    def _can_be_opened(self, element: Any) -> bool:
        if element.get("hidden") == "until-found" or element.get("role") == "tabpanel":
            return True
        near = [element, *([] if (up := element.getparent()) is None else [up])]
        names = [name for one in near for name in _names(one)]
        if any(map(_FOLDS.search, names)) or not self._named.isdisjoint(_names(element)):
            return True
        before = element.getprevious()
        if before is None and len(near) > 1:
            before = near[1].getprevious()
        return before is not None and _opens(before)

    def _is_white_on_white(self, element: Any, look: Look) -> bool:
        colour = look.get("color") or element.get("color", "").lower()
        if colour == "transparent":
            return True
        return bool(_WHITE.fullmatch(colour)) and self._is_on_white(element)

    def _is_on_white(self, element: Any) -> bool:
        for one in (element, *element.iterancestors()):
            look = self._styles.of(one)
            ground = (
                look.get("background-color") or look.get("background") or one.get("bgcolor", "")
            )
            if ground and ground not in ("none", "transparent", "inherit"):
                return bool(_WHITE.match(ground)) and "url(" not in ground
            if self._has_other_sheets and one.get("class"):
                return False  # who knows
        return True


def _names(element: Any) -> list[str]:
    return [*element.get("class", "").split(), *element.get("id", "").split()]


def _is_folded(element: Any, look: Look) -> bool:
    """Whether it shows nothing now, in a way that a page can undo."""
    return (
        "hidden" in element.attrib
        or element.get("aria-hidden", "").lower() == "true"
        or look.get("display") == "none"
        or look.get("visibility") in ("hidden", "collapse")
        or bool(_NOTHING.fullmatch(look.get("opacity", "1")))
        or ("hidden" in look.get("overflow", "") and _is_flat(look))
        or "scale(0)" in look.get("transform", "")
    )


def _is_flat(look: Look) -> bool:
    sizes = (look.get(name, "1") for name in ("height", "max-height", "width"))
    return any(map(_NOTHING.fullmatch, sizes))


def _is_disguised(look: Look) -> bool:
    """Whether it is there and cannot be seen, which no click undoes."""
    size = _LENGTH.match(look.get("font-size", ""))
    if size and float(size[1]) <= _TINY.get(size[2] or "", 0):
        return True
    away = ("text-indent", "left", "top", "right", "margin-left", "transform")
    clipped = f"{look.get('clip', '')} {look.get('clip-path', '')}"
    return any(_FAR.search(look.get(name, "")) for name in away) or bool(_CLIPPED.search(clipped))


def _opens(element: Any) -> bool:
    """Whether a click on it opens what follows: a control, one in it, or a question."""
    inside = [one for one in element.iter() if isinstance(one.tag, str)]
    if any(one.tag in _CONTROLS or _is_control(one) for one in inside):
        return True
    return bool(_QUESTION.search(element.text_content().strip()))


def _is_control(element: Any) -> bool:
    pressed = element.get("role") in ("button", "tab") or "onclick" in element.attrib
    return pressed or "aria-expanded" in element.attrib or "aria-controls" in element.attrib
