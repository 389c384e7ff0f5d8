"""Words of a PDF that nobody sees: white, tiny, invisible, off the page or clipped away.

It looks at the operators of a page (ISO 32000-2, annex A) before pypdf does, and takes the words
out of those that show nothing. Text in render mode 3 over a picture is what a scanner recognised.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

TINY = 1.5  # points
_WHITE = 0.97
_ALL = (-math.inf, -math.inf, math.inf, math.inf)
Matrix = Sequence[float]
Box = tuple[float, float, float, float]  # left, bottom, right, top
Operands = list[Any]


@dataclass(frozen=True)
class _State:
    is_white: bool = False
    mode: int = 0
    size: float = 12
    clip: Box = _ALL
    is_light: bool = False  # one figure of colour is light: of the others it is ink, or a name


class Sight:
    """Follows one page; `hidden` counts the words that it took out."""

    def __init__(self, page: Box, has_picture: bool, forms: set[str], grays: set[str]) -> None:
        self.hidden = 0
        self._grays = {"/DeviceGray", *grays}
        self._page, self._has_picture, self._forms = page, has_picture, forms
        self._state = _State()
        self._held: list[_State] = []
        self._path: list[tuple[float, float]] = []
        self._clips = False
        self._covered: list[Box] = []  # where something that is not white was painted
        self._inside = 0  # of forms, whose places are their own
        self._by_operator: dict[bytes, Callable[[Operands, Matrix], None]] = {
            b"q": lambda _, __: self._held.append(self._state),
            b"Q": lambda _, __: self._restore(),
            b"Tr": lambda given, _: self._set(mode=int(given[0])),
            b"Tf": lambda given, _: self._set(size=float(given[1])),
            b"cs": self._space,
            b"g": lambda given, _: self._set(is_white=float(given[0]) >= _WHITE),
            **dict.fromkeys((b"rg", b"k", b"sc", b"scn"), self._colour),
            b"re": self._rectangle,
            **dict.fromkeys((b"m", b"l", b"c", b"v", b"y"), self._point),
            **dict.fromkeys((b"W", b"W*"), lambda _, __: self._clip_next()),
            **dict.fromkeys((b"f", b"F", b"f*", b"b", b"b*", b"B", b"B*"), self._paint),
            **dict.fromkeys((b"n", b"s", b"S"), lambda _, __: self._end_path()),
            b"sh": lambda _, __: self._covered.append(self._state.clip),
        }

    def before(self, operator: bytes, operands: Operands, cm: Matrix, tm: Matrix) -> None:
        """What pypdf calls before each operator; words that nobody sees are taken from it."""
        if operator in (b"Tj", b"TJ", b"'", b'"'):
            if self._is_unseen(cm, tm):
                self.hidden += _says(operands)
                operands.clear()
        elif operator == b"Do":
            self._draw(operands, cm)
        elif (follow := self._by_operator.get(operator)) is not None:
            try:
                follow(operands, cm)
            except (IndexError, TypeError, ValueError):  # operands that a damaged file lacks
                self._path = []

    def after(self, operator: bytes, operands: Operands, cm: Matrix, tm: Matrix) -> None:
        """What pypdf calls after each operator."""
        if operator == b"Do" and str(operands[0] if operands else "") in self._forms:
            self._inside = max(0, self._inside - 1)

    def _is_unseen(self, cm: Matrix, tm: Matrix) -> bool:
        state = self._state
        if state.mode in (3, 7) and not self._has_picture:
            return True
        whole = _times(tm, cm)
        if state.size * math.hypot(whole[2], whole[3]) <= TINY:
            return True
        if self._inside:
            return False
        place = (whole[4], whole[5])
        slack = state.size * math.hypot(whole[2], whole[3])
        if not _holds(self._page, place, slack) or not _holds(state.clip, place, slack):
            return True
        return state.is_white and state.mode in (0, 4) and not self._is_covered(place)

    def _is_covered(self, place: tuple[float, float]) -> bool:
        return any(_holds(box, place, 2) for box in self._covered)

    def _set(self, **changed: Any) -> None:
        self._state = replace(self._state, **changed)

    def _restore(self) -> None:
        self._state = self._held.pop() if self._held else self._state

    def _colour(self, given: Operands, _: Matrix) -> None:
        parts = [float(one) for one in given if isinstance(one, (int, float))]
        if len(parts) == 4:  # ink instead of light
            self._set(is_white=max(parts) <= 1 - _WHITE)
        else:
            light = len(parts) == 3 or (len(parts) == 1 and self._state.is_light)
            self._set(is_white=light and min(parts) >= _WHITE)

    def _space(self, given: Operands, _: Matrix) -> None:
        self._set(is_white=False, is_light=str(given[0]) in self._grays)

    def _rectangle(self, given: Operands, cm: Matrix) -> None:
        x, y, width, height = map(float, given[:4])
        for corner in ((x, y), (x + width, y), (x, y + height), (x + width, y + height)):
            self._path.append(_moved(corner, cm))

    def _point(self, given: Operands, cm: Matrix) -> None:
        self._path.append(_moved((float(given[-2]), float(given[-1])), cm))

    def _clip_next(self) -> None:
        self._clips = True

    def _paint(self, _: Operands, __: Matrix) -> None:
        if self._path and not self._state.is_white and len(self._covered) < 1_000:
            self._covered.append(_around(self._path))
        self._end_path()

    def _end_path(self) -> None:
        if self._clips and self._path and not self._inside:
            self._set(clip=_shared(self._state.clip, _around(self._path)))
        self._path, self._clips = [], False

    def _draw(self, operands: Operands, cm: Matrix) -> None:
        if str(operands[0] if operands else "") in self._forms:
            self._inside += 1
        else:
            corners = [_moved((x, y), cm) for x in (0, 1) for y in (0, 1)]
            self._covered.append(_around(corners))


def _says(operands: Operands) -> bool:
    """Whether what is shown is more than spaces."""
    shown = operands[-1] if operands else b""
    pieces = shown if isinstance(shown, list) else [shown]
    return any(one.strip() for one in pieces if isinstance(one, (str, bytes)))


def _times(one: Matrix, other: Matrix) -> list[float]:
    a, b, c, d, e, f = map(float, one)
    m, n, o, p = map(float, other[:4])
    return [a * m + b * o, a * n + b * p, c * m + d * o, c * n + d * p, *_moved((e, f), other)]


def _moved(point: tuple[float, float], matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = map(float, matrix)
    return point[0] * a + point[1] * c + e, point[0] * b + point[1] * d + f


def _around(points: Sequence[tuple[float, float]]) -> Box:
    across, up = [x for x, _ in points], [y for _, y in points]
    return min(across), min(up), max(across), max(up)


def _shared(one: Box, other: Box) -> Box:
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    return left, bottom, min(one[2], other[2]), min(one[3], other[3])


def _holds(box: Box, place: tuple[float, float], slack: float) -> bool:
    x, y = place
    within = box[0] - slack <= x <= box[2] + slack
    return within and box[1] - slack <= y <= box[3] + slack
