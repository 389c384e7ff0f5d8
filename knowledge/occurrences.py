"""How often each n-gram stands in each of some texts: all of them counted in one go.

A question has some fifty n-grams, and some seventy passages are scored for it. Asking each text for
each n-gram is most of what a search costs; looking up every place of all texts in one table is a
tenth of that.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.ngrams import LENGTH


def occurrences(texts: Sequence[str], grams: Sequence[str]) -> NDArray[np.intp]:
    """One row a text, one column an n-gram.

    Texts begin and end with a blank, so that no n-gram of a question stands across two of them.
    """
    places = _places("".join(texts), grams)
    hits = np.flatnonzero(places.astype(bool))  # ten times as fast as for numbers
    ends = np.cumsum([len(text) for text in texts])
    rows = np.searchsorted(ends, hits, side="right")
    columns = places[hits].astype(np.intp) - 1
    counted = np.bincount(rows * len(grams) + columns, minlength=len(texts) * len(grams))
    return counted.reshape(len(texts), len(grams))


def _places(whole: str, grams: Sequence[str]) -> NDArray[np.unsignedinteger]:
    """For each place of *whole* the n-gram that begins there, counted from 1; 0: none of them."""
    letters = "".join(sorted({letter for gram in grams for letter in gram}))
    base = len(letters) + 1
    numbers = np.zeros(base**LENGTH, dtype=np.min_scalar_type(len(grams)))
    own = _codes(_digits("".join(grams), letters), base)[::LENGTH]
    numbers[own] = np.arange(1, len(grams) + 1)
    return numbers.take(_codes(_digits(whole, letters), base))


def _digits(text: str, letters: str) -> NDArray[np.unsignedinteger]:
    """The place in *letters* of each letter, counted from 1; 0: it is none of them."""
    if letters.isascii():  # nearly always: stems have no accents
        table = bytearray(256)
        for number, letter in enumerate(letters, 1):
            table[ord(letter)] = number
        return np.frombuffer(text.encode("ascii", "replace").translate(table), dtype=np.uint8)
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    alphabet = np.zeros(ord(letters[-1]) + 2, dtype=np.uint32)
    alphabet[[ord(letter) for letter in letters]] = np.arange(1, len(letters) + 1)
    return alphabet[np.minimum(codes, len(alphabet) - 1)]


def _codes(digits: NDArray[np.unsignedinteger], base: int) -> NDArray[np.unsignedinteger]:
    """The number that each LENGTH digits in a row write."""
    wide = digits.astype(np.min_scalar_type(base**LENGTH))
    return (wide[:-2] * base + wide[1:-1]) * base + wide[2:]
