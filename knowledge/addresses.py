"""What staff may ask for when they name a page or a site."""

from typing import Any

from knowledge.errors import NotAccepted

MAX_URL = 2_000
MOST_DEPTH = 5
MOST_PAGES = 200


def whole(url: str) -> str:
    """Return the address without blanks around it, or raise NotAccepted."""
    url = url.strip()
    if not url.lower().startswith(("http://", "https://")) or len(url) > MAX_URL:
        raise NotAccepted("Write the page's whole address, beginning with https://", "url_form")
    return url


def limits(depth: int, pages: int) -> dict[str, Any]:
    """Return how far a site is followed, as a source's options."""
    if not 0 <= depth <= MOST_DEPTH or not 1 <= pages <= MOST_PAGES:
        raise NotAccepted(
            f"A site is followed at most {MOST_DEPTH} links deep, for at most {MOST_PAGES} pages.",
            "site_limits",
        )
    return {"depth": depth, "pages": pages}
