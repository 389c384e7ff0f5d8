"""Ways to spell a text so that a person or a program reads it, and a plain search does not."""

import base64
import codecs
import json
import quopri
import re
from collections.abc import Callable

_SMALL = str.maketrans("abcdefghijklmnoprtuvwz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡᴢ")
_CYRILLIC = str.maketrans("aeopcxyiAEOPCXKMTH", "аеорсхуіАЕОРСХКМТН")


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _turned(text: str, by: int) -> str:
    return "".join(
        chr((ord(sign) - 97 + by) % 26 + 97) if "a" <= sign <= "z" else sign
        for sign in text.lower()
    )


# Short runs are seen in each of these, the canary by itself in most.
ENCODINGS: dict[str, Callable[[str], str]] = {
    "base64": _b64,
    "base64 over lines": lambda text: re.sub("(.{20})", r"\1\n", _b64(text)),
    "base64 in fours": lambda text: re.sub("(.{4})", r"\1 ", _b64(text)),
    "base64 as a list": lambda text: "\n".join(
        f"{number}. {line}" for number, line in enumerate(re.findall(".{1,60}", _b64(text)), 1)
    ),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 without padding": lambda text: _b64(text).rstrip("="),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "base64 backwards": lambda text: _b64(text)[::-1],
    "base64 of backwards": lambda text: _b64(text[::-1]),
    "base64 of hex": lambda text: _b64(text.encode().hex()),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base32 in lower case": lambda text: base64.b32encode(text.encode()).decode().lower(),
    "base32 over lines": lambda text: re.sub(
        "(.{30})", r"\1\n", base64.b32encode(text.encode()).decode()
    ),
    "hex": lambda text: text.encode().hex(),
    "hex in bytes": lambda text: text.encode().hex(" "),
    "hex of C": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "hex with 0x": lambda text: ", ".join(map(hex, text.encode())),
    "bits": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "decimal codes": lambda text: " ".join(map(str, text.encode())),
    "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "escapes": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "entities": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "rot13 of backwards": lambda text: codecs.encode(text[::-1], "rot13"),
    "backwards": lambda text: text[::-1],
    "letter by letter": " ".join,
    "with dots": ".".join,
    "one letter a line": "\n".join,
    "in threes": lambda text: re.sub("(...)", r"\1 ", text.replace(" ", "")),
    "without spaces": lambda text: text.replace(" ", ""),
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "Cyrillic": lambda text: text.translate(_CYRILLIC),
    "fullwidth": lambda text: "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text
    ),
    "mathematical": lambda text: "".join(
        chr(0x1D41A + ord(sign) - 97) if "a" <= sign <= "z" else sign for sign in text
    ),
    "small capitals": lambda text: text.translate(_SMALL),
    "leet": lambda text: text.translate(str.maketrans("aeiost", "431057")),
}
# As above, for what is long: these hide too little of a canary, or nothing of a long text.
LONG_ONLY: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "capitals": str.upper,
    "without accents": lambda text: text.translate(str.maketrans("áéíóúñ", "aeioun")),
    "base64 twice": lambda text: _b64(_b64(text)),
    "base85": lambda text: base64.b85encode(text.encode()).decode(),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "JSON": json.dumps,
    "another alphabet": lambda text: _turned(text, 5),
    "tags": lambda text: "".join(chr(0xE0000 + ord(s)) if s.isascii() else s for s in text),
    "each word backwards": lambda text: " ".join(word[::-1] for word in text.split()),
}
