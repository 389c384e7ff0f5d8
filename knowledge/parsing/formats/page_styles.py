"""What a page's own style sheets and its elements say of how they look.

Sheets of other files are not fetched; rules for print or for narrow screens do not hide anything.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

MOST = 400  # rules that are looked at
LONGEST = 300_000  # letters of all sheets
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULES = r"((?:[^{}]{0,999}\{[^{}]{0,4999}\}){0,499})[^{}]{0,999}\}"
_SCREEN = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)\s*\{" + _RULES)
_OTHER_MEDIA = re.compile(r"@[^{};@]{1,300}\{" + _RULES)
_NAME = re.compile(r"[.#]([\w-]+)")
_LOOKS = re.compile(
    r"^(display|visibility|opacity|font-size|text-indent|left|top|right|margin-left|clip|clip-path"
    r"|color|background|background-color|height|max-height|width|overflow|transform)$"
)
_SHOWN = re.compile(
    r"display\s*:\s*(?!none)|visibility\s*:\s*visible|opacity\s*:\s*(1|0?\.[1-9])"
    r"|max-height\s*:\s*[1-9]|(?<![-\w])height\s*:\s*(auto|[1-9])"
)
Look = dict[str, str]


class Styles:
    """How each element looks, as far as the page itself says it."""

    def __init__(self, tree: Any) -> None:
        sheets = [one.text or "" for one in tree.iter("style")]
        whole = _SCREEN.sub(r"\1", _COMMENT.sub("", "\n".join(sheets)[:LONGEST]))
        self._said: dict[Any, Look] = defaultdict(dict)
        self.shown_by_state: set[str] = set()  # classes and ids that some rule shows
        for selectors, declared in _rules(whole):
            if _SHOWN.search(declared):
                self.shown_by_state.update(_NAME.findall(selectors))
        looks = ((one, _look(declared)) for one, declared in _rules(_OTHER_MEDIA.sub("", whole)))
        for selectors, look in itertools.islice((pair for pair in looks if pair[1]), MOST):
            self._apply(tree, selectors, look)

    def of(self, element: Any) -> Look:
        """What is said of the element, its own words last."""
        said, own = self._said.get(element, {}), element.get("style")
        return said | _look(own) if own else said

    def _apply(self, tree: Any, selectors: str, look: Look) -> None:
        from cssselect import SelectorError
        from lxml.cssselect import CSSSelector  # type: ignore[import-untyped]

        for selector in selectors.split(","):
            try:
                found = CSSSelector(selector.strip(), translator="html")(tree)
            except (SelectorError, ValueError):  # of later years, or a part of an element
                continue
            for element in found:
                self._said[element].update(look)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors, and what is declared for them."""
    for rule in sheet.split("}"):
        before, _, declared = rule.rpartition("{")
        yield before.rpartition("{")[2], declared


def _look(declared: str) -> Look:
    pairs = (one.partition(":")[::2] for one in declared.lower().split(";"))
    stripped = ((name.strip(), said.partition("!")[0].strip()) for name, said in pairs)
    return {name: said for name, said in stripped if said and _LOOKS.match(name)}
