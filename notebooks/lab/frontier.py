"""Quality against cost and time over the candidates of an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from . import shown
from .errors import LabError

PRICES = ("cost a turn", "seconds")


@dataclass(frozen=True)
class Drawing:
    """A drawing as a cell shows it."""

    svg: str

    def _repr_html_(self) -> str:
        return self.svg


@dataclass(frozen=True)
class Frontier:
    """The candidates, and which of them none beats at once in passing and in a price.

    `frame` has one row a candidate: the share that passed, cost a turn (US dollars), seconds, and
    whether it is on the frontier by either.
    """

    frame: pd.DataFrame

    def plot(self, price: str = "cost a turn") -> Drawing:
        """Draw it: passing upwards, *price* ("cost a turn" or "seconds") to the right, a line
        through those that none beats."""
        if price not in PRICES:
            raise LabError(f"Choose a price out of {', '.join(PRICES)}.")
        top = max(self.frame[price].max(), 1e-9) if len(self.frame) else 1.0
        across = 40 + 460 * self.frame[price] / top
        down = 20 + 180 * (1 - self.frame.passed)
        best_by = self.frame[f"best by {price}"]
        dots = list(zip(map(str, self.frame.index), across, down, best_by, strict=True))
        line = " ".join(f"{x:.0f},{y:.0f}" for _, x, y, best in sorted(dots, key=_right) if best)
        marks = "".join(_dot(*one) for one in dots)
        axes = f'<text x="40" y="216">{escape(price)}: 0 … {top:.4g}</text>'
        return Drawing(
            '<svg viewBox="0 0 640 220" width="640" style="font:11px sans-serif">'
            f'<polyline points="{line}" fill="none" stroke="#279a71"/>{marks}{axes}</svg>'
        )

    def _repr_html_(self) -> str:
        head = ("candidate", *self.frame.columns)
        rows = shown.table(self.frame.reset_index().itertuples(index=False), head)
        return rows + "".join(self.plot(price)._repr_html_() for price in PRICES)


def _right(dot: tuple[str, float, float, bool]) -> float:
    return dot[1]


def _dot(name: str, x: float, y: float, is_best: bool) -> str:
    radius = 6 if is_best else 3
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius}" fill="#4f83c4"/>'
        f'<text x="{x + 9:.0f}" y="{y + 4:.0f}">{escape(name)}</text>'
    )


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
