"""Quality against cost and time as SVG: a dot each candidate, a line through the best."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.frontier import on_frontier
from studio.markup import Content, Html, tag
from studio.plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, nice, short

COLOURS = 6  # .as-series-0 to .as-series-5
STEPS = 4


@dataclass(frozen=True)
class Dot:
    """A candidate: what it costs or takes, and the share of conversations that pass."""

    name: str
    price: float
    quality: float


def frontier(title: str, unit: str, dots: Sequence[Dot]) -> Html:
    """Return the plot; *unit* stands before the prices."""
    top = nice(max((one.price for one in dots), default=0))
    best = on_frontier([(one.price, one.quality) for one in dots])
    front = sorted(
        (one for one, is_best in zip(dots, best, strict=True) if is_best),
        key=lambda one: one.price,
    )
    path = " ".join(f"{_x(one.price, top):.1f},{_y(one.quality):.1f}" for one in front)
    marks = [_dot(one, top, number, best[number]) for number, one in enumerate(dots)]
    drawing = tag(
        "svg",
        *_grid(unit, top),
        tag("polyline", points=path, class_="as-stroke-0"),
        *marks,
        role="img",
        aria_label=title,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
    )
    names = [
        tag("span", tag("i", "", class_=_colour(number)), one.name, class_="as-legend")
        for number, one in enumerate(dots)
    ]
    head = tag("figcaption", tag("b", title), tag("span", names))
    return tag("figure", head, drawing, class_="as-plot")


def _x(price: float, top: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * price / top


def _y(quality: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - quality)


def _grid(unit: str, top: float) -> list[Html]:
    found = []
    for step in range(STEPS + 1):
        part = step / STEPS
        x, y = f"{_x(top * part, top):.1f}", f"{_y(part):.1f}"
        found.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="as-grid"))
        found.append(tag("text", f"{part:.0%}", x=LEFT - 6, y=y, text_anchor="end"))
        price = f"{unit}{short(top * part)}"
        anchor = "end" if step == STEPS else "middle"
        found.append(tag("text", price, x=x, y=HEIGHT - 6, text_anchor=anchor))
    return found


def _dot(one: Dot, top: float, number: int, is_best: bool) -> Html:
    x, y = _x(one.price, top), _y(one.quality)
    told: Content = tag("title", f"{one.name}: {one.quality:.0%}, {one.price:.5g}")
    radius = 7 if is_best else 4
    return tag("circle", told, cx=f"{x:.1f}", cy=f"{y:.1f}", r=radius, class_=_colour(number))


def _colour(number: int) -> str:
    return f"as-series-{number % COLOURS}"
