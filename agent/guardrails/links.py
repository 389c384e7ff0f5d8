"""Links in a reply: only those that somebody gave, staff, knowledge, a tool or the customer.

A link was given when the same address stands in one of those texts: host and path are the same,
whatever the scheme (http or https), `www.`, capitals of the host, a slash at the end and what only
counts visitors (utm_...). The bare host of an address that was given may be named too; another
path of it may not, for hosts are shared (wa.me, t.me, forms). Which endings of a bare name make it
a domain is read from the public suffix list (https://publicsuffix.org, through `tld`).
"""

import functools
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from tld import is_tld

from agent.guardrails.folding import is_unseen

_END = r"[^\s<>\"`{}|\[\]]"
_LINK = re.compile(
    rf"""(?P<url>(?<![^\W_])[a-z][a-z0-9+.-]{{1,20}}:[/\\]+(?:(?![,;]https?:){_END})+)
    |(?P<mail>(?:mailto:)?[\w.+%-]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{{2,}}(?:\?{_END}+)?)
    |(?P<other>(?<![^\W_])(?:tel|sms|smsto|javascript|vbscript|data|whatsapp|tg|geo|intent):{_END}+)
    |(?P<phone>\+\d[\d\s().-]{{8,18}}\d)
    |(?P<host>(?<![^\W_])(?:[^\W_][\w-]{{0,62}}\.)+(?:xn--[a-z0-9-]+|[^\W\d_]{{2,}}|\d{{1,3}})(?![^\W_])
        (?::\d{{2,5}})?(?:[/?\#\\]{_END}*)?)""",
    re.IGNORECASE | re.VERBOSE,
)
# What Markdown, HTML or a careful eye reads as something else than what stands there.
_WRITTEN_OTHERWISE = re.compile(
    r"&\#?\w{1,8};|\\[!-/:-@\[-`{-~]|\s?[\[({]\s?(?:\.|dot|punto|ponto)\s?[\])}]\s?"
    r"|\s(?:dot|punto|ponto)\s(?=(?:com|net|org|info|mx|io)\b)|[^\x00-\x7f]",
    re.IGNORECASE,
)
# Without one of these there is no link in a text, and most texts have none.
_MAYBE = re.compile(r"[.:@&。｡．]\S|\+\d|\b(?:dot|punto|ponto)\b", re.IGNORECASE)
_MARKS = re.compile(r"<[^<>]*>|[*_~`\\]")
_AFTER = ".,;:!?…'\"»”’*_~)"  # belongs to the sentence, not to the address
_COUNTED = re.compile(r"^(?:utm_?\w+|gclid|fbclid|mc_[ce]id)(?:=|$)", re.I)
# Endings that are words, too: `Listo.La factura` and `S.de R.L.` are no addresses.
_WORDS = re.compile(
    "es|la|no|de|me|si|se|te|ya|mi|tu|su|al|os|lo|le|en|as|us|is|it|in|to|so|do|at|be|my|am|an|id"
    "|el|un|una|les|las|los|por|con|hay|sin|que|este|esta|para|pero|como",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?\d[\d\s().-]{6,18}\d")
_LEAST_DIGITS = 8


@dataclass(frozen=True)
class Link:
    """A link as it stands in a text, and the address that it means."""

    start: int
    end: int
    address: str
    shown: str


def links_in(text: str) -> Iterator[Link]:
    """Yield every link of *text*, also one that is written so that only a machine reads it."""
    if not _MAYBE.search(text):
        return
    flat, places = _flat(text)
    for found in _LINK.finditer(flat):
        shown = _stripped(found[0])
        shown = _known(shown) if found.lastgroup == "host" else shown
        if shown and not (found.lastgroup == "phone" and not 10 <= len(_digits(shown)) <= 15):
            start, end = found.start(), found.start() + len(shown)
            yield Link(places(start), places(end - 1) + 1, address_of(shown), shown)


def strangers(reply: str, given: Iterable[str]) -> list[Link]:
    """Return the links of *reply* that none of the *given* texts holds."""
    found = [*links_in(reply)]
    if not found:
        return []
    texts = [*map(_given_by, given)]
    known = frozenset().union(*(addresses for addresses, _ in texts))
    numbers = [number for _, found_numbers in texts for number in found_numbers]
    return [link for link in found if not _is_given(link, known, numbers)]


def hidden_strangers(reply: str, given: Sequence[str]) -> list[Link]:
    """Return those that only show once marks and tags are gone: `evil<b></b>.com`."""
    bare = _MARKS.sub("", reply)
    if bare == reply:
        return []
    return strangers(bare, [*given, *(_MARKS.sub("", text) for text in given)])


@functools.lru_cache(maxsize=1024)
def _given_by(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The addresses and the telephone numbers in *text*; a host by itself was given with each."""
    known = {link.address for link in links_in(text)}
    known |= {re.split("[/?#]", address)[0] for address in known if ":" not in address}
    return frozenset(known), tuple(_digits(number) for number in _PHONE.findall(text))


def address_of(link: str) -> str:
    """Return what two spellings of one link have in common."""
    scheme, colon, rest = link.partition(":")
    scheme = scheme.lower()
    if link.startswith("+") or (colon and scheme in ("tel", "sms", "smsto")):
        return f"tel:{_digits(link)}"
    if colon and scheme not in ("http", "https", "mailto") and rest[:1] in ("/", "\\"):
        return f"{scheme}:{rest}"
    if colon and scheme in ("http", "https"):
        link = rest.replace("\\", "/").lstrip("/")
    if scheme == "mailto" or (re.match(r"[^/?#]+@[^/?#]+$", link) and "://" not in link):
        return f"mailto:{link.lower().removeprefix('mailto:')}" if scheme != "http" else link
    return _web(link.replace("\\", "/"))


def _web(link: str) -> str:
    host, rest = re.match(r"([^/?#]*)(.*)", link, re.S).groups()  # type: ignore[union-attr]
    rest, mark, fragment = rest.partition("#")
    path, _, query = rest.partition("?")
    kept = "&".join(sorted(one for one in query.split("&") if one and not _COUNTED.match(one)))
    tail = (f"?{kept}" if kept else "") + (f"#{fragment}" if mark and fragment else "")
    return _host(host) + unquote(path).rstrip("/") + tail


def _host(host: str) -> str:
    host = unquote(host).lower().rstrip(".").removeprefix("www.")
    host = re.sub(r":(?:80|443)$", "", host)
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _is_given(link: Link, known: frozenset[str], numbers: Sequence[str]) -> bool:
    if link.address.startswith("tel:"):
        digits = link.address[4:]
        return any(len(one) >= _LEAST_DIGITS and digits.endswith(one[-10:]) for one in numbers)
    return link.address in known


def _known(shown: str) -> str:
    """Return the domain that a bare name begins with, path and all; "" when it is none."""
    name, rest = re.match(r"([^/?#\\:]*)(.*)", shown, re.S).groups()  # type: ignore[union-attr]
    labels = name.split(".")
    if all(map(str.isdecimal, labels)):
        is_address = len(labels) == 4 and all(int(one) < 256 for one in labels)
        return shown if is_address else ""
    while len(labels) > 2 and not _is_ending(labels[-1]) and labels[-1][:1].isupper():
        labels, rest = labels[:-1], ""  # the next sentence, without a space before it
    if not _is_ending(labels[-1]) or (not rest and _are_words(labels)):
        return ""
    return ".".join(labels) + rest


def _is_ending(label: str) -> bool:
    return bool(is_tld(label.lower())) or label.lower().startswith("xn--")


def _are_words(labels: Sequence[str]) -> bool:
    """Whether two words only lack the space between them."""
    if len(labels) != 2 or not _WORDS.fullmatch(labels[1]):
        return False
    return labels[1][0].isupper() or (len(labels[0]) == 1 and labels[0].isupper())


def _stripped(link: str) -> str:
    """Return *link* without the signs that follow it in its sentence."""
    while link and link[-1] in _AFTER:
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            break
        link = link[:-1]
    return link


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


class _Places:
    """Where the signs of a flattened text stand in the original."""

    def __init__(self) -> None:
        self._flat, self._original, self._whole = [0], [0], [True]

    def mark(self, flat: int, original: int, is_whole: bool) -> None:
        """From *flat* on, signs stand at *original* and behind, or all in one place."""
        self._flat.append(flat)
        self._original.append(original)
        self._whole.append(is_whole)

    def __call__(self, at: int) -> int:
        """Return the original place of the sign at *at*."""
        last = bisect_right(self._flat, at) - 1
        beyond = at - self._flat[last] if self._whole[last] else 0
        return self._original[last] + beyond


def _flat(text: str) -> tuple[str, _Places]:
    """Return *text* as it is read, and where its signs stood."""
    parts: list[str] = []
    length, last, places = 0, 0, _Places()
    for found in _WRITTEN_OTHERWISE.finditer(text):
        read = _read(found[0])
        if read == found[0]:
            continue
        parts += [text[last : found.start()], read]
        length += found.start() - last
        places.mark(length, found.start(), False)
        length, last = length + len(read), found.end()
        places.mark(length, last, True)
    return "".join([*parts, text[last:]]), places


def _read(sign: str) -> str:
    if sign.startswith("&"):
        return html.unescape(sign)
    if sign.startswith("\\"):
        return sign[1:]
    if len(sign) > 1 or sign in "。｡．":
        return "."
    return "" if is_unseen(sign) else unicodedata.normalize("NFKC", sign)
