"""Quality against cost and time over the candidates of an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from . import shown
from .errors import LabError

PRICES = ("cost a turn", "seconds")


@dataclass(frozen=True)
class Frontier:
    """The candidates, and which of them none beats at once in passing and in a price.

    `frame` has one row a candidate: the share that passed, cost a turn (US dollars), seconds, and
    whether it is on the frontier by either.
    """

    frame: pd.DataFrame

    def plot(self, price: str = "cost a turn") -> Any:
        """Draw it as pandas does, with matplotlib, and return the axes; *price*: "cost a turn" or
        "seconds"."""
        if price not in PRICES:
            raise LabError(f"Choose a price out of {', '.join(PRICES)}.")
        best = self.frame[self.frame[f"best by {price}"]].sort_values(price)
        axes = self.frame.plot.scatter(x=price, y="passed", s=40, ylim=(-0.03, 1.03))
        best.plot(x=price, y="passed", ax=axes, legend=False)
        for name, x, y in zip(self.frame.index, self.frame[price], self.frame.passed, strict=True):
            axes.annotate(str(name), (x, y))
        return axes

    def _repr_html_(self) -> str:
        head = ("candidate", *self.frame.columns)
        return shown.table(self.frame.reset_index().itertuples(index=False), head)


def frontier(sums: Sequence[Mapping[str, Any]]) -> Frontier:
    """Return the frontier of the candidates that were asked anything."""
    rows = [
        {
            "candidate": one["label"],
            "passed": one["passed"] / one["rows"],
            "cost a turn": one["cost_a_turn"],
            "seconds": one["seconds"],
        }
        for one in sums
        if one["rows"]
    ]
    columns = ["candidate", "passed", *PRICES]
    frame = pd.DataFrame(rows, columns=columns).set_index("candidate")
    for price in PRICES:
        frame[f"best by {price}"] = [_is_best(one, frame, price) for _, one in frame.iterrows()]
    return Frontier(frame)


def _is_best(one: Any, frame: pd.DataFrame, price: str) -> bool:
    as_good = (frame[price] <= one[price]) & (frame.passed >= one.passed)
    better = (frame[price] < one[price]) | (frame.passed > one.passed)
    return not (as_good & better).any()
