"""The only way to fetch an address that somebody else chose.

An address may be fetched when it is http or https on the usual port, carries no credentials, and
every one of the host's addresses is a public one (`knowledge.web.addresses`). The host is resolved
once and the connection goes to the address that was checked, so that a second, different answer of
the resolver (DNS rebinding) is never asked for. Redirects are followed by hand, each checked like
the first. After OWASP's "Server-Side Request Forgery Prevention" cheat sheet.
"""

import re
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import httpcore
import httpx

from knowledge.errors import FetchRefused
from knowledge.web.addresses import check_host
from knowledge.web.ssrf import GuardedNetwork, Resolver, resolve

MAX_BYTES = 10_000_000
MAX_SECONDS = 15.0
MAX_REDIRECTS = 3
MEDIA_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
AGENT = "AgentStudio"
PAGE_TYPES = ("text/html", "application/xhtml+xml")
SITEMAP_TYPES = ("application/xml", "text/xml", "text/plain")
_HEADERS = {"User-Agent": f"{AGENT}/1 (knowledge reader)", "Accept-Encoding": "gzip"}
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")  # after IDNA; colons are IPv6's
_FAULTS = (httpcore.NetworkError, httpcore.ProtocolError)


@dataclass(frozen=True)
class Trusted:
    """A server that the operator named: it may stand in a private network, and it alone is given
    *headers* (credentials). A redirect elsewhere goes without them and by the rules for strangers,
    and so does one that leads back here: a stranger chose it.
    """

    origin: str  # scheme://host[:port]
    headers: Mapping[str, str] = field(default_factory=dict)

    def is_at(self, address: httpx.URL) -> bool:
        """True when *address* is on this server."""
        mine = httpx.URL(self.origin)
        there = (mine.scheme, mine.host, _port(mine))
        return (address.scheme, address.host, _port(address)) == there

    @property
    def place(self) -> tuple[str, int]:
        """Its host and port."""
        mine = httpx.URL(self.origin)
        return mine.host, _port(mine)


def _port(address: httpx.URL) -> int:
    return address.port or (443 if address.scheme == "https" else 80)


@dataclass(frozen=True)
class Fetched:
    """What an address answered."""

    body: bytes
    media_type: str
    final_url: str


def name_for(page: Fetched) -> str:
    """A file name whose ending says how to read the page."""
    return "page" + MEDIA_TYPES[page.media_type]


def fetch(
    url: str,
    *,
    media_types: Collection[str] = tuple(MEDIA_TYPES),
    resolver: Resolver = resolve,
    allow_loopback_port: int | None = None,
    trusted: Trusted | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Fetched:
    """Fetch *url*, if it holds one of *media_types*. Raises FetchRefused with a sentence.

    *allow_loopback_port* opens one port of this machine, for the simulator and for tests.
    """
    known = trusted.place if trusted else None
    network = GuardedNetwork(resolver, allow_loopback_port, clock, clock() + MAX_SECONDS, known)
    with httpcore.ConnectionPool(
        ssl_context=_tls(), network_backend=network, max_connections=1, max_keepalive_connections=0
    ) as pool:
        for _ in range(MAX_REDIRECTS + 1):
            if trusted and not trusted.is_at(_form(url)):
                trusted = network.trusted = None
            address = _form(url) if trusted else _checked(url, allow_loopback_port)
            more = trusted.headers if trusted else {}
            answer = _ask(pool, network, address, media_types, more)
            if isinstance(answer, Fetched):
                return answer
            url = str(address.join(answer))
    raise FetchRefused("The page sends us from one address to the next.", "fetch_redirects")


def _ask(
    pool: httpcore.ConnectionPool,
    network: GuardedNetwork,
    address: httpx.URL,
    media_types: Collection[str],
    more: Mapping[str, str],
) -> Fetched | str:
    """What the address answers: its content, or where it sends us."""
    host = ("Host", address.netloc.decode("ascii"))
    headers = [*_HEADERS.items(), ("Accept", ", ".join(media_types)), host, *more.items()]
    target = httpcore.URL(
        scheme=address.raw_scheme,
        host=address.raw_host,
        port=address.port,
        target=address.raw_path,
    )
    try:
        with pool.stream("GET", target, headers=headers) as answer:
            found = httpx.Headers(answer.headers)
            if answer.status in (301, 302, 303, 307, 308) and "location" in found:
                return found["location"]
            media_type = _media_type(answer.status, found, media_types)
            body = _body(answer, found.get("content-encoding", ""), network)
    except httpcore.TimeoutException as fault:  # each step may take what is left of the whole
        raise FetchRefused("The page took too long.", "fetch_slow") from fault
    except _FAULTS as fault:
        raise FetchRefused(
            "The page did not answer in time, or broke off.", "fetch_unanswered"
        ) from fault
    return Fetched(body, media_type, str(address))


def check_form(url: str) -> None:
    """Raise FetchRefused unless *url* is an ordinary address of the public web, by its looks."""
    _checked(url, None)


def _form(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchRefused("That is not an address.", "fetch_form") from error


def _checked(url: str, loopback_port: int | None) -> httpx.URL:
    address = _form(url)
    if address.scheme not in ("http", "https") or not _HOST.fullmatch(address.raw_host):
        raise FetchRefused("Only http and https addresses can be fetched.", "fetch_form")
    if address.userinfo:
        raise FetchRefused("Leave the user name and password out.", "fetch_form")
    if address.port not in (None, 80, 443, loopback_port):
        raise FetchRefused("Only the usual web ports can be fetched.", "fetch_port")
    if loopback_port is None or address.port != loopback_port:
        check_host(address.raw_host.decode("ascii"))
    return address


def _media_type(status: int, headers: httpx.Headers, wanted: Collection[str]) -> str:
    if status in (404, 410):
        raise FetchRefused(
            "There is no page at that address, or there is no longer one.", "fetch_gone"
        )
    if status >= 500:
        raise FetchRefused(f"The site is in trouble ({status}). Try later.", "fetch_trouble")
    if status != 200:
        raise FetchRefused(f"The page answered {status}. Check the address.", "fetch_status")
    media_type = str(headers.get("content-type", "")).split(";")[0].strip().lower()
    if media_type not in wanted:
        raise FetchRefused(
            "There is no readable page or document at that address.", "fetch_media_type"
        )
    return media_type


def _body(answer: httpcore.Response, encoding: str, network: GuardedNetwork) -> bytes:
    if encoding.lower() not in ("", "identity", "gzip"):
        raise FetchRefused("The page is packed in a way we do not read.", "fetch_encoding")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding.lower() == "gzip" else None
    body = bytearray()
    for block in answer.iter_stream():
        network.check_time()
        try:
            body += unpack.decompress(block, MAX_BYTES + 1) if unpack else block
        except zlib.error as error:
            raise FetchRefused("The page broke off.", "fetch_unanswered") from error
        if len(body) > MAX_BYTES or (unpack and unpack.unconsumed_tail):
            raise FetchRefused(
                f"The page is larger than {MAX_BYTES // 1_000_000} MB.", "fetch_size"
            )
    return bytes(body)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
