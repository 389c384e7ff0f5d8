"""The encodings people save text in.

What a file says of itself comes first: a mark, UTF-8, the label of a page, which is read as the web
reads it (https://encoding.spec.whatwg.org/#names-and-labels: `iso-8859-1` is windows-1252). A file
that says nothing is decoded by each encoding that Office saves tables in, and that one is taken
whose letters stand as they do in the languages of the West. Where two do, a notice says so.
"""

import codecs
import re
from pathlib import Path

from knowledge.notices import Notice
from knowledge.parsing.wide import wide

# In this order where nothing tells them apart; the first is what nearly all are.
SINGLE_BYTE = ("cp1252", "cp850", "mac_roman", "cp437")
SHOWN = {
    "cp1252": "Windows-1252",
    "cp850": "MS-DOS 850",
    "mac_roman": "Macintosh",
    "cp437": "MS-DOS 437",
}
LOOKED_AT = 400_000  # bytes
CLEAR = 0.25  # of a point a letter: by so much the best must be better than the next
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE
)
# What `iso-8859-1` and its kind mean on the web. Other labels mean what Python takes them for.
_WEB = {
    **dict.fromkeys(("iso8859-1", "latin-1", "ascii"), "cp1252"),
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be"), "utf-8"),  # it could not be read so far
}
# The others are Python's own, or turn letters into other things (`hex`, `rot13`, `zlib`).
_ON_THE_WEB = re.compile(
    r"utf-8|utf-16|iso8859-|iso2022_jp|latin-1|ascii|cp(125\d|866|874|932|949)$|koi8|mac-|gb|big5"
    r"|euc_|shift_jis|tis-620"
)
_OURS = frozenset("áéíóúñüÁÉÍÓÚÑÜàâãçêôõÀÂÃÇÊÔÕ")  # of Spanish and Portuguese
_NEAR = frozenset("èëîïöäûùßÈÉÖÄÜ")  # of their neighbours
_SIGNS = frozenset("–—“”‘…«»•·£¢©®™½¼¾±×§\u00a0")
_ENGLISH = re.compile(r"’(?:s|t|m|d|re|ll|ve)\b")


def decoded(path: Path) -> str:
    """The text of the file."""
    return text_of(path)[0]


def text_of(path: Path) -> tuple[str, list[Notice]]:
    """The text of the file, and a notice when it is not certain which encoding it has."""
    return decode(path.read_bytes())


def decode(body: bytes) -> tuple[str, list[Notice]]:
    """The text of *body*, and a notice when it is not certain which encoding it has."""
    known = _said(body)
    if known:
        return body.decode(known, errors="replace"), []
    try:
        return body.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    if text := _nearly_utf8(body):
        return text, [Notice("encoding_unsure", 1, ("UTF-8",))]
    declared = _declared(body)
    return (_as_the_web(body, declared), []) if declared not in ("", "utf-8") else _guessed(body)


def _nearly_utf8(body: bytes) -> str:
    """The text with a sign for the few bytes that are not UTF-8; empty when they are not few."""
    text = body.decode("utf-8", errors="replace")
    foreign = sum(letter > "\x7f" for letter in text)
    return text if text.count("\ufffd") * 5 < foreign else ""


def _said(body: bytes) -> str:
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    return marked or wide(body)


def _declared(body: bytes) -> str:
    """The encoding that a page names, by Python's name; empty for one unknown there."""
    found = _DECLARED.search(body[:4096])
    try:
        name = codecs.lookup(found[1].decode().lower().removeprefix("x-")).name if found else ""
    except LookupError:
        return ""
    return name if _ON_THE_WEB.match(name) else ""


def _as_the_web(body: bytes, codec: str) -> str:
    name = _WEB.get(codec, codec)
    if name == "cp1252":  # five bytes that it leaves free are control characters on the web
        return "".join(_free(byte) for byte in body) if _has_free(body) else body.decode(name)
    return body.decode(name, errors="replace")


def _has_free(body: bytes) -> bool:
    return any(byte in body for byte in b"\x81\x8d\x8f\x90\x9d")


def _free(byte: int) -> str:
    return bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)


def _guessed(body: bytes) -> tuple[str, list[Notice]]:
    some = body[:LOOKED_AT]
    texts = {name: some.decode(name, errors="replace") for name in SINGLE_BYTE}
    foreign = sum(byte > 127 for byte in some) or 1
    points = {name: _points(text) / foreign for name, text in texts.items()}
    best, *others = sorted(points, key=lambda name: -points[name])
    other = next((name for name in others if texts[name] != texts[best]), best)
    is_clear = points[best] > 0.5 and (best == other or points[best] - points[other] >= CLEAR)
    text = _as_the_web(body, best) if best == "cp1252" else body.decode(best, errors="replace")
    return text, [] if is_clear else [Notice("encoding_unsure", 1, (SHOWN[best], SHOWN[other]))]


def _points(text: str) -> float:
    """How much the letters beyond ASCII look as they do in Western texts; about 1 for each."""
    return sum(
        _point(text[at - 1 : at] or " ", letter, text[at + 1 : at + 2] or " ", text[at : at + 4])
        for at, letter in enumerate(text)
        if letter > "\x7f"
    )


def _point(before: str, letter: str, after: str, here: str) -> float:
    if letter.isalpha() and letter not in "ºª":
        return _letter(before, letter, after)
    is_at_home = _is_at_home(before, letter, after, here)
    return -1.0 if is_at_home is None else 1.0 if is_at_home else -0.7


def _is_at_home(before: str, letter: str, after: str, here: str) -> bool | None:
    """Whether a sign stands where it does in sentences; None for one that texts do not have."""
    match letter:
        case "¿" | "¡":
            return not before.isalnum() and (after.isalnum() or after in '¿¡"«')
        case "º" | "ª" | "°":
            return (not before.isspace() and not after.isalpha()) or after in "CF"
        case "²" | "³":
            return before.isalnum() and not after.isalpha()
        case "’":
            return not (before.isalpha() and after.isalpha()) or bool(_ENGLISH.match(here))
        case "€":
            return not (before.isalpha() and after.isalpha())
    return not before.isalpha() or not after.isalpha() if letter in _SIGNS else None


def _letter(before: str, letter: str, after: str) -> float:
    """A capital inside a word of small letters is none of that word's."""
    if letter not in _OURS and letter not in _NEAR:
        return -0.3
    if letter.isupper() and (before.islower() or (after.islower() and before.isalpha())):
        return -1.0
    if letter.islower() and before.isupper() and after.isupper():
        return -0.5
    is_alone = not before.isalpha() and not after.isalpha()
    return (1.0 if letter in _OURS else 0.7) * (0.6 if is_alone else 1)
