"""What a text says once it is decoded: base64, base32, hex, percent and their like.

Nobody says where an encoded run begins, whether it is broken over lines or what stands between.
So what is no digit of an encoding is left out, and the rest is read from each place where a byte
may begin: what was no code becomes noise, and noise holds no words.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

_READABLE = bytes(b"x"[0] if 32 <= code < 127 or code in b"\n\r\t" else 0 for code in range(256))
_WORDS = b"x" * 12
_ABC = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IS_64 = _ABC + _ABC.lower() + b"0123456789+/="
_NO_64, _NO_32, _NO_HEX32, _NO_16, _NO_2 = (
    bytes(set(range(256)) - set(digits))
    for digits in (
        _IS_64,
        _ABC + _ABC.lower() + b"234567",
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVabcdefghijklmnopqrstuv",
        b"0123456789ABCDEFabcdef",
        b"01",
    )
)
_MARK_16 = re.compile(rb"0x|\\x|\\u00|U\+00|&#x", re.I)  # what may stand before each byte in hex
_CODES = re.compile(r"(?<!\d)\d{2,3}(?!\d)")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{2,6})\}?|\\x([0-9a-fA-F]{2})|\\([0-7]{3})")
_PERCENT, _ENTITIES, _ESCAPES = (
    re.compile(rf"(?<!\S)(?:[^\s{first}]*{first}{rest}){{4,}}\S*")
    for first, rest in (("%", "[0-9A-Fa-f]{2}"), ("&", r"#?\w{1,8};"), (r"\\", "[ux0-7]"))
)
_LONG = re.compile(r"\S{20,}")
# A word that is no ordinary one: a digit, or a capital behind its first letter.
_WORD_64 = re.compile(r"(?<!\S)(?=\S+[A-Z\d]|\d)[A-Za-z0-9+/]{4,}={0,2}(?!\S)")
_TO_INT = bytes.maketrans(_ABC + b"234567", b"0123456789ABCDEFGHIJKLMNOPQRSTUV")
_TO_64 = bytes.maketrans(b"-_", b"+/")
_LEAST_BITS, _LEAST_CODES = 64, 12


def decoded(text: str) -> Iterator[str]:
    """Yield what is readable of *text* after each way to decode it."""
    for raw in _bytes_of(text):
        plain = raw.replace(b"\0", b"")  # UTF-16 of Latin letters
        if _WORDS in plain.translate(_READABLE):
            is_wide = len(plain) < len(raw) * 3 // 4
            yield plain.decode("latin-1" if is_wide else "utf-8", "ignore")
    yield from _unescaped(text)


def _unescaped(text: str) -> Iterator[str]:
    """Words full of escapes; plain words around them are left to others."""
    yield from (unquote(word[0]) for word in _PERCENT.finditer(text))
    yield from (html.unescape(word[0]) for word in _ENTITIES.finditer(text))
    yield from (_ESCAPE.sub(_sign, word[0]) for word in _ESCAPES.finditer(text))


def _sign(found: re.Match[str]) -> str:
    code = int(found[3], 8) if found[3] else int(found[1] or found[2], 16)
    return chr(code) if code < 0x110000 else ""


def _bytes_of(text: str) -> Iterator[bytes]:
    signs = text.encode("ascii", "ignore")
    for kept in {signs, signs.translate(_TO_64)}:  # base64 for addresses has - and _
        yield from _base64(kept.translate(None, _NO_64))
    yield from _base64(signs[::-1].translate(None, _NO_64))
    yield b" ".join(map(_each, _WORD_64.findall(text)))
    yield from _shifted(signs.translate(None, _NO_32).upper().translate(_TO_INT), 32)
    yield from _shifted(signs.translate(None, _NO_HEX32), 32)
    yield from _shifted(_MARK_16.sub(b"", signs).translate(None, _NO_16), 16)
    bits = signs.translate(None, _NO_2)
    if len(bits) >= _LEAST_BITS:
        yield from _shifted(bits, 2)
    codes = _CODES.findall(text)
    if len(codes) >= _LEAST_CODES:
        yield bytes(int(code) & 255 for code in codes)
    for token in _LONG.findall(text):
        yield from (_tried(way, token) for way in (base64.b85decode, base64.a85decode))


def _base64(packed: bytes) -> Iterator[bytes]:
    for run in packed.split(b"="):
        for start in range(4):
            part = run[start:-1] if (len(run) - start) % 4 == 1 else run[start:]
            yield binascii.a2b_base64(part + b"=" * (-len(part) % 4))


def _each(token: str) -> bytes:
    """A word that was encoded by itself."""
    return _tried(base64.b64decode, token.rstrip("=") + "==")


def _tried(way: Callable[[str], bytes], token: str) -> bytes:
    try:
        return way(token)
    except ValueError:
        return b""


def _shifted(digits: bytes, base: int) -> Iterator[bytes]:
    """The bytes of a number, whichever of its bits a byte begins with."""
    number = int(digits or b"0", base)
    for shift in range(0, 8, 4 if base == 16 else 1):
        yield (number >> shift).to_bytes((number.bit_length() + 7) // 8 + 1, "big")
