"""Text as it looks: letters that look alike are one letter, and what cannot be seen is left out.

The table of look-alikes holds what Unicode's own compatibility forms (NFKC, UAX #15) and the names
of its letters do not say: those of UTS #39 ("confusables") that resemble a Latin letter.
"""

import re
import unicodedata

_ALIKE = {
    "a": "аαɑаᎪ@",
    "b": "ьвβвΒᏼ",
    "c": "сϲᏟⅽ",
    "d": "ԁԀᎠ",
    "e": "еєεҽᎬ",
    "f": "ғϝ",
    "g": "ɡցԌᏀ",
    "h": "нһНհΗᎻ",
    "i": "іιıӏɩᎥ",
    "j": "јϳյᎫ",
    "k": "кκқᏦ",
    "l": "ⅼӀᏞ",
    "m": "мᎷΜ",
    "n": "пηոՈΝ",
    "o": "оοσօՕ",
    "p": "рρᏢ",
    "q": "ԛզ",
    "r": "гᏒ",
    "s": "ѕςՏᏚ$",
    "t": "тτᎢ",
    "u": "υμսц",
    "v": "νѵᏙ",
    "w": "ԝωшщᎳ",
    "x": "хχ",
    "y": "уγүΥ",
    "z": "ζᏃ",
}
_LOOK = {other: letter for letter, others in _ALIKE.items() for other in others}
_NAMED = re.compile(r"\b(?:LATIN|CYRILLIC|SYMBOL|CAPITAL|SMALL)\b.* ([A-Z])(?: WITH .*)?$")
_DIGITS = {"0": "o", "1": "i", "l": "i", "3": "e", "4": "a", "5": "s", "7": "t"}  # as leet has them
# Seen by nobody, and no format character: the joiner, fillers and variation selectors.
_UNSEEN = frozenset("\u034f\u115f\u1160\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))


def is_unseen(sign: str) -> bool:
    """Whether nobody sees *sign*: zero width, a joiner, a mark of direction, a soft hyphen."""
    return sign in _UNSEEN or unicodedata.category(sign) == "Cf"


def _letter(sign: str) -> str:
    """What one sign looks like, in lower case; "" for what is neither letter nor digit."""
    if sign in _LOOK:
        return _LOOK[sign]
    if "\U000e0020" <= sign <= "\U000e007e":  # tags: ASCII once more, unseen
        return _letter(chr(ord(sign) - 0xE0000))
    if sign.isascii():
        return sign.lower() if sign.isalnum() else ""
    plain = unicodedata.normalize("NFKD", sign).casefold()
    if plain != sign:
        return "".join(map(_letter, plain))
    named = _NAMED.search(unicodedata.name(sign, ""))
    return named[1].lower() if named else sign if sign.isalpha() else ""


class _Table(dict[int, str]):
    """What `str.translate` asks, made as it is asked."""

    def __init__(self, is_for_letters: bool) -> None:
        super().__init__()
        self._is_for_letters = is_for_letters

    def __missing__(self, code: int) -> str:
        found = _letter(chr(code))
        if self._is_for_letters:
            found = "".join(one for one in found if "a" <= one <= "z")
        else:
            found = "".join(_DIGITS.get(one, one) for one in found)
        self[code] = found
        return found


_SKELETONS, _LETTERS = _Table(False), _Table(True)


def skeleton(text: str) -> str:
    """Return the letters and digits of *text* as they look; what looks alike is the same."""
    return text.translate(_SKELETONS)


def letters(text: str) -> str:
    """Return only the letters of *text*, from a to z."""
    return text.translate(_LETTERS)
