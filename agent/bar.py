"""The bar of an agent: what an experiment must have shown before a version may be released.

    read("pass >= 0.95 on warranty; nothing that passed fails; cost a turn <= 0.01")

Each criterion is a typed value that is kept in the spec, and one line of text that people write.
`judged` is pure: which experiment is looked at is decided in `actions.bars`.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

CLIENT = "client"  # whoever posts scores of their own: agent.scoring
PASS, COST, SECONDS = "pass", "cost a turn", "seconds a turn"
STEADY = "nothing that passed fails"
LONGEST_NAME = 120
MOST_SHOWN = 3  # conversations that a refusal names
_SPANISH = {"pasan": PASS, "coste por turno": COST, "segundos por turno": SECONDS}
_KNOWN = {**_SPANISH, PASS: PASS, COST: COST, SECONDS: SECONDS}
_STEADY = re.compile(
    rf"(?:{STEADY}|nada que pasaba falla)(?:\s+(?:on|en)\s+(?P<on>\S.*))?", re.IGNORECASE
)
_REACHES = re.compile(
    r"(?P<measure>[^<>=≥≤]+?)\s*(?P<is>>=|<=|==|=|≥|≤)\s*"
    r"(?P<value>\d+(?:[.,]\d+)?(?:e[+-]?\d+)?)\s*(?P<percent>%?)(?:\s+(?:on|en)\s+(?P<on>\S.*))?",
    re.IGNORECASE,
)
_SIGNS = {"==": "=", "≥": ">=", "≤": "<="}
REASONS = (  # why a criterion speaks against a release
    "missed",
    "fails_now",
    "not_compared",
    "never",
    "no_dataset",
    "spec",
    "dataset",
    "knowledge",
    "part",
    "no_score",
    "client",
)
_HINT = "Write a criterion like `pass >= 0.95 on warranty` or `nothing that passed fails`."


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    on: str = Field("", max_length=LONGEST_NAME, description="a dataset; empty: the agent's tests")

    @field_validator("on")
    @classmethod
    def _one_line(cls, name: str) -> str:
        if ";" in name or len(name.splitlines()) > 1:
            raise ValueError("The name of a dataset in a criterion has no semicolon and one line.")
        return " ".join(name.split())

    @property
    def where(self) -> str:
        """The end of its line."""
        return f" on {self.on}" if self.on else ""


class Reaches(_Part):
    """A measure of the experiment lies on the right side of a number.

    `pass` is the share of conversations that pass, `cost a turn` is in US dollars, `seconds a turn`
    in seconds. Any other is the mean of the score of that name, or where no scorer has that name
    the share that passes of the cases with that tag.
    """

    kind: Literal["measure"] = "measure"
    measure: str = Field(min_length=1, max_length=60)
    sign: Literal[">=", "<=", "="]
    value: float = Field(ge=0)

    @field_validator("measure")
    @classmethod
    def _named(cls, name: str) -> str:
        plain = " ".join(name.split())
        if not plain or re.search(r"[<>=≥≤;]", plain):
            raise ValueError(_HINT)
        return _KNOWN.get(plain.casefold(), plain)

    @model_validator(mode="after")
    def _possible(self) -> "Reaches":
        if self.measure not in (COST, SECONDS) and self.value > 1:
            raise ValueError("A share or a score lies between 0 and 1, such as 0.95 or 95 %.")
        return self

    @property
    def line(self) -> str:
        """The criterion as people write it."""
        return f"{self.measure} {self.sign} {_number(self.value)}{self.where}"

    def holds(self, value: float) -> bool:
        """Return whether *value* is on the right side."""
        if math.isclose(value, self.value, abs_tol=1e-9):
            return True
        return (
            value > self.value if self.sign == ">=" else (self.sign == "<=" and value < self.value)
        )


class Steady(_Part):
    """No conversation fails that passes with the version which answers now."""

    kind: Literal["steady"] = "steady"

    @property
    def line(self) -> str:
        """The criterion as people write it."""
        return STEADY + self.where


def _one(value: Any) -> Any:
    """Return what one criterion is made of, also where it is a line of text."""
    if not isinstance(value, str):
        return value
    found = read(value)
    if len(found) != 1:
        raise ValueError(_HINT)
    return found[0]


Criterion = Annotated[Reaches | Steady, Field(discriminator="kind"), BeforeValidator(_one)]
Bar = tuple[Criterion, ...]


def read(text: str) -> tuple[Reaches | Steady, ...]:
    """Read criteria, one a line or with semicolons between. Raises ValueError."""
    pieces = (one.strip(" .\t") for line in text.splitlines() for one in line.split(";"))
    return tuple(_read(one) for one in pieces if one)


def write(criteria: Sequence[Reaches | Steady]) -> str:
    """Return what `read` reads back, one a line."""
    return "\n".join(one.line for one in criteria)


def criteria_of(value: Any) -> Any:
    """Return what a spec may hold in the place of its bar: lines of text become criteria."""
    if isinstance(value, str):
        return read(value)
    if isinstance(value, list | tuple):
        return [part for one in value for part in (read(one) if isinstance(one, str) else (one,))]
    return value


def _read(line: str) -> Reaches | Steady:
    if steady := _STEADY.fullmatch(line):
        return Steady(kind="steady", on=steady["on"] or "")
    found = _REACHES.fullmatch(line)
    if found is None:
        raise ValueError(f"{line[:80]!r} is no criterion. {_HINT}")
    value = float(found["value"].replace(",", ".")) / (100 if found["percent"] else 1)
    sign: Any = _SIGNS.get(found["is"], found["is"])
    name, where = found["measure"], found["on"] or ""
    # The kind is set, not left at its default: a change by API keeps only what was set.
    return Reaches(kind="measure", measure=name, sign=sign, value=value, on=where)


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


# --- what an experiment says of it


@dataclass(frozen=True)
class Mark:
    """One score of one conversation."""

    value: float
    passed: bool
    by: str


@dataclass(frozen=True)
class Asked:
    """How one conversation of an experiment went. One that was not finished has no marks."""

    case_id: str
    question: str
    marks: Mapping[str, Mark]
    tags: Sequence[str] = ()
    turns: int = 1
    seconds: float = 0.0
    cost: float = 0.0  # US dollars

    @property
    def passed(self) -> bool:
        """True when every mark is good. Nothing is good that has none."""
        return bool(self.marks) and all(one.passed for one in self.marks.values())


@dataclass(frozen=True)
class Found:
    """What an experiment found, and how the version that answers now did on the same cases.

    `before` is None where that one was never asked, and empty where nothing answers yet.
    """

    rows: Sequence[Asked]
    before: Sequence[Asked] | None = ()


@dataclass(frozen=True)
class Result:
    """How one criterion stands. `why`: `met`, or a reason that the texts know."""

    line: str
    why: str = "met"
    value: float | None = None
    detail: str = ""

    @property
    def met(self) -> bool:
        """True when it speaks for the release."""
        return self.why == "met"


def judged(criterion: Reaches | Steady, found: Found | str, *, clients: bool = False) -> Result:
    """Return how *criterion* stands on what was found, or on the reason why nothing was.

    *clients*: scores that a program of somebody's own gave are counted.
    """
    if isinstance(found, str):
        return Result(criterion.line, found)
    rows = found.rows if clients else [_without_clients(one) for one in found.rows]
    if isinstance(criterion, Reaches):
        return _reached(criterion, rows, _only_clients(criterion.measure, found.rows, rows))
    before = found.before
    if before is not None and not clients:
        before = [_without_clients(one) for one in before]
    return _steady(criterion, rows, before)


def _steady(criterion: Steady, rows: Sequence[Asked], before: Sequence[Asked] | None) -> Result:
    if before is None:
        return Result(criterion.line, "not_compared")
    good, fine = _always(rows), _always(before)
    worse = {one.question: None for one in rows if one.case_id in fine and one.case_id not in good}
    if not worse:
        return Result(criterion.line, value=0.0)
    shown = " · ".join(question[:80] for question in list(worse)[:MOST_SHOWN])
    return Result(criterion.line, "fails_now", float(len(worse)), shown)


def _always(rows: Sequence[Asked]) -> set[str]:
    """The cases that passed each time they were asked."""
    return {one.case_id for one in rows} - {one.case_id for one in rows if not one.passed}


def _reached(criterion: Reaches, rows: Sequence[Asked], only_clients: bool) -> Result:
    value = _value(criterion, rows)
    if value is None:
        return Result(criterion.line, "client" if only_clients else "no_score")
    return Result(criterion.line, "met" if criterion.holds(value) else "missed", value)


def _value(criterion: Reaches, rows: Sequence[Asked]) -> float | None:
    turns = sum(one.turns for one in rows) or 1
    usual: dict[str, Callable[[], float]] = {
        PASS: lambda: fmean(one.passed for one in rows),
        COST: lambda: sum(one.cost for one in rows) / turns,
        SECONDS: lambda: sum(one.seconds for one in rows) / turns,
    }
    if not rows:
        return None
    if criterion.measure in usual:
        return usual[criterion.measure]()
    score = _scored(criterion, rows)
    return _tagged(criterion, rows) if score is None else score


def _scored(criterion: Reaches, rows: Sequence[Asked]) -> float | None:
    """The mean of a score. A conversation that broke off counts as the worst, and so does one that
    a client left out."""
    given = [one.marks[criterion.measure] for one in rows if criterion.measure in one.marks]
    if not given:
        return None
    by_client = any(one.by == CLIENT for one in given)
    left_out = sum(
        criterion.measure not in one.marks and (by_client or not one.marks) for one in rows
    )
    worst = 1.0 if criterion.sign == "<=" else 0.0
    return fmean([*(one.value for one in given), *[worst] * left_out])


def _tagged(criterion: Reaches, rows: Sequence[Asked]) -> float | None:
    theirs = [one for one in rows if criterion.measure in one.tags]
    return fmean(one.passed for one in theirs) if theirs else None


def _only_clients(measure: str, every: Sequence[Asked], counted: Sequence[Asked]) -> bool:
    there = any(measure in one.marks for one in every)
    return there and not any(measure in one.marks for one in counted)


def _without_clients(row: Asked) -> Asked:
    kept = {name: one for name, one in row.marks.items() if one.by != CLIENT}
    return Asked(row.case_id, row.question, kept, row.tags, row.turns, row.seconds, row.cost)
