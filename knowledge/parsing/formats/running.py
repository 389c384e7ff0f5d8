"""Lines that run over a document's pages: heads, feet and page numbers."""

import re

_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:p[áa]g(?:ina|\.)?|page|p\.|hoja|folio|seite)\s*)?(?:\d{1,4}|[ivxlc]{1,6})?"
    r"(?:\s*(?:de|of|von|/)\s*(?:\d{1,4})?)?[-–—|\s]*",
    re.IGNORECASE,
)


def is_page_number(line: str) -> bool:
    """Whether a line of a head or foot says no more than which page it is on."""
    return bool(_PAGE_NUMBER.fullmatch(line))
