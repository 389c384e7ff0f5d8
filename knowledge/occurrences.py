"""How often each n-gram stands in each of some texts: all of them counted in one go.

A question has some fifty n-grams, and some seventy passages are scored for it. Asking each text for
each n-gram is most of what a search costs; looking up every place of all texts in one table is a
fifth of that.
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
    hits = np.flatnonzero(places)
    ends = np.cumsum([len(text) for text in texts])
    rows = np.searchsorted(ends, hits, side="right")
    counted = np.bincount(rows * len(grams) + places[hits] - 1, minlength=len(texts) * len(grams))
    return counted.reshape(len(texts), len(grams))


def _places(whole: str, grams: Sequence[str]) -> NDArray[np.int32]:
    """For each place of *whole* the n-gram that begins there, counted from 1; 0: none of them."""
    letters = sorted({ord(letter) for gram in grams for letter in gram})
    alphabet = np.zeros(max(letters, default=0) + 2, dtype=np.int32)  # 0: a letter of no n-gram
    alphabet[letters] = np.arange(1, len(letters) + 1)
    base = len(letters) + 1
    numbers = np.zeros(base**LENGTH, dtype=np.int32)
    own = _codes(_digits("".join(grams), alphabet), base)[::LENGTH]
    numbers[own] = np.arange(1, len(grams) + 1)
    return numbers[_codes(_digits(whole, alphabet), base)]


def _digits(text: str, alphabet: NDArray[np.int32]) -> NDArray[np.int32]:
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    return alphabet[np.minimum(codes, len(alphabet) - 1)]


def _codes(digits: NDArray[np.int32], base: int) -> NDArray[np.int32]:
    """The number that each LENGTH digits in a row write."""
    return (digits[:-2] * base + digits[1:-1]) * base + digits[2:]
