"""Pieces of words: three letters at a time, the word's edges included.

They find what stems do not: misspelled words, and forms of a word whose stems differ
(`inspecsion`, `devuelto` and `devolución`). They are cut from stems, so that the lexical
index serves both.
"""

from collections.abc import Sequence

LENGTH = 3


def ngrams(stems: Sequence[str]) -> list[str]:
    """The pieces of all *stems*, each once, in order; ` ga`, `gar`, `ara` ... of `garant`."""
    found: dict[str, None] = {}
    for stem in stems:
        edged = f" {stem} "
        for start in range(len(edged) - LENGTH + 1):
            found[edged[start : start + LENGTH]] = None
    return list(found)
