"""Whether the best passage of a search answers at all, by how it stands out of what is near.

A line through five figures: how well its words fit, how well those of the next ten do, how near its
vector is, how near the thirty nearest are together, and how far apart. What nothing answers has
thirty neighbours that are about as near as each other, and words that many passages have. Its
weights were searched for on the samples and on a public set of questions, half of whose articles
were read: a logistic regression drew a worse line through both (docs/retrieval.md). Nearness is 0
to 1 over the span of the model's cosines.
"""

import math
from collections.abc import Sequence
from statistics import fmean, pstdev

WORDS, OTHERS, NEAR, NEAREST, APART = 3.42, -4.74, 7.9, 1.85, 48.5
MEASURED = ("e5",)  # providers of vectors
EVEN = -6.27  # so that one half is where the threshold is to be


def likely(words: float, others: Sequence[float], near: float, nearest: Sequence[float]) -> float:
    """How likely it is, 0 to 1, that the best passage answers.

    *others* are the fits of the next ones by words, *nearest* how near the nearest by vectors are.
    """
    told = WORDS * words + OTHERS * (fmean(others) if others else 0.0) + NEAR * near
    told += NEAREST * fmean(nearest) + APART * pstdev(nearest) + EVEN
    return 1 / (1 + math.exp(-told))
