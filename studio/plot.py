"""Plots of days as SVG: stacked bars and lines, in the page's own colours, light and dark.

Gradio's plots (Vega) would load pandas into the studio, took seconds to appear on a busy laptop,
and cut their own legends off at a fixed height; a few rectangles need none of that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from studio.markup import Html, tag

WIDTH, HEIGHT = 640, 220  # units of the drawing; the page scales it
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 24
MOST_LABELS = 8
STEPS = 4


@dataclass(frozen=True)
class Series:
    """One colour of a plot: a value a day, None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class _Scale:
    days: Sequence[date]
    top: float
    width: int

    @property
    def step(self) -> float:
        """How wide a day is."""
        return (self.width - LEFT - RIGHT) / max(1, len(self.days))

    def x(self, number: int) -> float:
        """The middle of a day."""
        return LEFT + self.step * (number + 0.5)

    def y(self, value: float) -> float:
        """How low a value lies."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.top)


def bars(title: str, days: Sequence[date], series: Sequence[Series], wide: bool = False) -> Html:
    """Return a plot in which the series of a day stand on each other."""
    sums = [sum(one.values[n] or 0 for one in series) for n in range(len(days))]
    scale = _Scale(days, nice(max(sums, default=0)), WIDTH * 2 if wide else WIDTH)
    return _plot(title, scale, series, [_bar(scale, series, n) for n in range(len(days))])


def lines(title: str, days: Sequence[date], series: Sequence[Series], wide: bool = False) -> Html:
    """Return a plot with a line for each series; a day without a value is left out."""
    highest = max((value for one in series for value in one.values if value), default=0)
    scale = _Scale(days, nice(highest), WIDTH * 2 if wide else WIDTH)
    return _plot(title, scale, series, [_line(scale, one, n) for n, one in enumerate(series)])


def nice(value: float) -> float:
    """Return the next round number that is not below *value*: a short one, times ten to n."""
    if value <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * size >= value)


def _plot(title: str, scale: _Scale, series: Sequence[Series], marks: Sequence[Html]) -> Html:
    drawing = tag(
        "svg",
        *_grid(scale),
        *_labels(scale),
        *marks,
        role="img",
        aria_label=title,
        viewBox=f"0 0 {scale.width} {HEIGHT}",
    )
    names = [
        tag("span", tag("i", "", class_=f"as-series-{n}"), one.name, class_="as-legend")
        for n, one in enumerate(series)
    ]
    head = tag("figcaption", tag("b", title), tag("span", names))
    return tag("figure", head, drawing, class_="as-plot")


def _grid(scale: _Scale) -> list[Html]:
    found = []
    for step in range(STEPS + 1):
        value = scale.top * step / STEPS
        y = f"{scale.y(value):.1f}"
        found.append(tag("line", x1=LEFT, x2=scale.width - RIGHT, y1=y, y2=y, class_="as-grid"))
        found.append(
            tag("text", short(value), x=LEFT - 6, y=f"{scale.y(value) + 4:.1f}", text_anchor="end")
        )
    return found


def short(value: float) -> str:
    """Return a number in at most six characters: 950, 12.5k, 3M."""
    for size, mark in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if mark == 'k' else size):.3g}{mark}"
    return f"{value:,.4g}"


def _labels(scale: _Scale) -> list[Html]:
    most = MOST_LABELS * scale.width // WIDTH
    every = max(1, math.ceil(len(scale.days) / most))
    return [
        tag("text", f"{day:%d-%m}", x=f"{scale.x(n):.1f}", y=HEIGHT - 6, text_anchor="middle")
        for n, day in enumerate(scale.days)
        if n % every == 0
    ]


def _bar(scale: _Scale, series: Sequence[Series], number: int) -> Html:
    width, below, pieces = scale.step * 0.7, 0.0, []
    for colour, one in enumerate(series):
        value = one.values[number] or 0.0
        top, bottom = scale.y(below + value), scale.y(below)
        pieces.append(
            tag(
                "rect",
                x=f"{scale.x(number) - width / 2:.1f}",
                y=f"{top:.1f}",
                width=f"{width:.1f}",
                height=f"{bottom - top:.1f}",
                class_=f"as-series-{colour}",
            )
        )
        below += value
    return tag("g", _told(scale, series, number), pieces)


def _told(scale: _Scale, series: Sequence[Series], number: int) -> Html:
    values = [f"{one.name}: {one.values[number]:,.4g}" for one in series if one.values[number]]
    return tag("title", "\n".join([f"{scale.days[number]:%d-%m-%Y}", *values]))


def _line(scale: _Scale, one: Series, colour: int) -> Html:
    places = [
        (scale.x(n), scale.y(value), n) for n, value in enumerate(one.values) if value is not None
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    dots = [
        tag(
            "circle",
            _told(scale, [one], n),
            cx=f"{x:.1f}",
            cy=f"{y:.1f}",
            r=3,
            class_=f"as-series-{colour}",
        )
        for x, y, n in places
    ]
    return tag("g", tag("polyline", points=path, class_=f"as-stroke-{colour}"), dots)
