"""The pages of a site: those its sitemap lists, else those its links lead to.

Only pages of the same host are taken, as many and as deep as was asked for, and none that
robots.txt keeps from us (RFC 9309; where it cannot be fetched because of a fault of the server,
nothing is taken, as the RFC says). Everything goes through the guarded client.
Sitemaps after https://www.sitemaps.org/protocol.html.
"""

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from knowledge.errors import FetchRefused
from knowledge.web.fetch import AGENT, PAGE_TYPES, SITEMAP_TYPES, Fetched

FetchPage = Callable[..., Fetched]
MOST_SITEMAPS = 5  # each may take as long as a fetch may, and a lease is not for ever
MOST_LISTED = 5_000
LONGEST_DELAY = 5.0  # seconds between two pages, whatever robots.txt asks for
_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*</loc>", re.IGNORECASE)
_LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_NOT_A_PAGE = re.compile(
    r"\.(jpe?g|png|gif|webp|svg|ico|css|js|json|xml|mp[34]|avi|mov|zip|gz|exe|dmg|woff2?|ttf)$",
    re.IGNORECASE,
)


class Walk:
    """Iterates over the addresses of a site; `told` says afterwards how they were found."""

    def __init__(
        self,
        start: str,
        depth: int,
        pages: int,
        fetch_page: FetchPage,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.told: dict[str, Any] = {"by": "links", "forbidden": 0}
        self._start = _bare(start)
        self._depth = depth
        self._pages = pages
        self._fetch = fetch_page
        self._sleep = sleep
        self._host = urlsplit(start).netloc.lower()

    def __iter__(self) -> Iterator[str]:
        robots = self._robots()
        if not robots.can_fetch(AGENT, self._start):
            raise FetchRefused(
                "The site's robots.txt asks not to be read by programs.", "site_forbidden"
            )
        listed = self._listed(robots)
        self.told["by"] = "sitemap" if listed else "links"
        given = 0
        for address in listed or self._linked(robots):
            if not robots.can_fetch(AGENT, address):
                self.told["forbidden"] += 1
                continue
            given += 1
            yield address
            if given >= self._pages:
                return

    def _robots(self) -> RobotFileParser:
        robots = RobotFileParser()
        try:
            found = self._fetch(urljoin(self._start, "/robots.txt"), media_types=("text/plain",))
        except FetchRefused as refusal:
            # 4xx: there are no rules. Anything else: we cannot know, so we stay outside.
            robots.parse([] if refusal.code in _NO_RULES else ["User-agent: *", "Disallow: /"])
        else:
            robots.parse(found.body.decode("utf-8", errors="replace").splitlines())
        return robots

    def _listed(self, robots: RobotFileParser) -> list[str]:
        """The pages that the site's sitemaps name, its start page first."""
        waiting = deque(robots.site_maps() or [urljoin(self._start, "/sitemap.xml")])
        seen: dict[str, None] = {}
        read = 0
        while waiting and read < MOST_SITEMAPS and len(seen) < MOST_LISTED:
            read += 1
            text = self._text(waiting.popleft(), SITEMAP_TYPES)
            addresses = [unescape(address) for address in _LOC.findall(text)]
            if "<sitemapindex" in text.lower():
                waiting.extend(filter(self._is_ours, addresses))
            else:
                seen.update(dict.fromkeys(_bare(one) for one in addresses if self._is_page(one)))
        return list(dict.fromkeys([self._start, *seen])) if seen else []

    def _linked(self, robots: RobotFileParser) -> Iterator[str]:
        """The start page and what its links lead to, nearest first."""
        pause = min(float(robots.crawl_delay(AGENT) or 0), LONGEST_DELAY)
        waiting, seen = deque([(self._start, 0)]), {self._start}
        while waiting:
            address, deep = waiting.popleft()
            yield address
            if deep >= self._depth or not robots.can_fetch(AGENT, address):
                continue
            for link in self._links(address):
                if link not in seen and len(seen) < MOST_LISTED:
                    seen.add(link)
                    waiting.append((link, deep + 1))
            self._sleep(pause)

    def _links(self, address: str) -> list[str]:
        page = self._text(address, PAGE_TYPES)
        found = (urljoin(address, unescape(link)) for link in _LINK.findall(page))
        return [_bare(link) for link in found if self._is_page(link)]

    def _text(self, address: str, media_types: tuple[str, ...]) -> str:
        """What the address holds; nothing when it cannot be fetched: the page itself says why."""
        try:
            found = self._fetch(address, media_types=media_types)
        except FetchRefused:
            return ""
        if not self._is_ours(found.final_url):  # sent elsewhere: its links are not this site's
            return ""
        return found.body.decode("utf-8", errors="replace")

    def _is_page(self, address: str) -> bool:
        return self._is_ours(address) and not _NOT_A_PAGE.search(urlsplit(address).path)

    def _is_ours(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and parts.netloc.lower() == self._host


_NO_RULES = ("fetch_status", "fetch_gone", "fetch_media_type")


def walk(start: str, depth: int, pages: int, fetch_page: FetchPage) -> Walk:
    """The addresses of the site that *start* stands on."""
    return Walk(start, depth, pages, fetch_page)


def _bare(address: str) -> str:
    return urldefrag(address.strip()).url
