"""The tools of a spec: typed records, which staff write and versions freeze. No tool is code.

Loads no LangChain: the webhook process reads specs too. What runs a record stands in the file of
its kind (`agent.tools.calculator`, `agent.tools.table`).
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, model_validator

from agent.toolkit.formulas import Formula
from agent.wording import Part, Wording, Words

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=40)]
Finite = Annotated[Decimal, Field(ge=Decimal("-1e15"), le=Decimal("1e15"), allow_inf_nan=False)]
BLANK = re.compile(r"\{(\w+)\}")  # where a figure stands in a sentence
_RESERVED = ("handoff", "knowledge")
_TAKEN = "The name {name} belongs to a built-in tool. Choose another."
_NO_INPUT = "{name} is neither an input nor a result before it. Correct the formula."
_UPSIDE_DOWN = "The lowest value of {name} is above the highest. Swap them."
_OUTSIDE = "{value} of {name} is outside of its own limits. Correct one of them."
_SAME = "Two of them are called {name}. Give each a name of its own."
_ONE_OFFERED = "Only one input can have several values offered side by side."
_NO_CHOICE = "{name} is chosen from a list, so write what there is to choose from."


class Record(Part):
    """What every tool that staff make has: a name, when to use it, and how customers ask for it."""

    name: Name
    when: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""
    said_as: Phrases = ()

    @model_validator(mode="after")
    def _own_name(self) -> Self:
        if self.name in _RESERVED:
            raise ValueError(_TAKEN.format(name=self.name))
        return self


class KnowledgeTool(Part):
    """Searches the agent's documents once more, in the model's own words."""

    kind: Literal["knowledge"] = "knowledge"

    @property
    def name(self) -> str:
        """What the model calls it."""
        return self.kind


class HandoffTool(Part):
    """Passes the customer to a person."""

    kind: Literal["handoff"] = "handoff"

    @property
    def name(self) -> str:
        """What the model calls it."""
        return self.kind


# --- tables

ColumnType = Literal["text", "number", "money", "date", "yes_no"]


class Column(Part):
    """One column of a table: what it is called in the file, and what it means."""

    heading: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    label: Wording = Wording()  # what customers are shown; empty: the heading
    type: ColumnType = "text"
    unit: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""
    said_as: Phrases = ()
    names_row: bool = False  # part of what a row is called
    shown: bool = True
    filterable: bool = True
    sortable: bool = True


class TableTool(Record):
    """Answers from the rows of a table among the sources."""

    kind: Literal["table"] = "table"
    source: Words = ""  # by name; empty: the table that has most of the columns
    columns: Annotated[tuple[Column, ...], Field(max_length=60)] = ()  # none: all, as inferred
    shown: int = Field(5, ge=1, le=10)  # rows in one answer

    @model_validator(mode="after")
    def _told_apart(self) -> "TableTool":
        _apart([column.heading for column in self.columns])
        return self


# --- calculators

InputType = Literal["number", "whole", "money", "percent", "choice"]


class Choice(Part):
    """One of the values an input may have, and how customers say it."""

    name: Phrase
    value: Finite
    said_as: Phrases = ()


class Input(Part):
    """Something a calculation needs to know."""

    name: Name
    label: Wording = Wording()  # `la distancia`; empty: its name
    type: InputType = "number"
    unit: Wording = Wording()  # `meses`
    said_as: Phrases = ()
    question: Wording = Wording()  # how it is asked for; empty: What is {label}?
    least: Finite | None = None
    most: Finite | None = None
    default: Finite | None = None
    offered: Annotated[tuple[Finite, ...], Field(max_length=8)] = ()  # shown when none is said
    choices: Annotated[tuple[Choice, ...], Field(max_length=40)] = ()

    @model_validator(mode="after")
    def _sensible(self) -> "Input":
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(_UPSIDE_DOWN.format(name=self.name))
        if self.type == "choice" and not self.choices:
            raise ValueError(_NO_CHOICE.format(name=self.name))
        known = (*self.offered, *(() if self.default is None else (self.default,)))
        for value in known:
            if not self.holds(value):
                raise ValueError(_OUTSIDE.format(value=value, name=self.name))
        _apart([choice.name for choice in self.choices])
        return self

    def holds(self, value: Decimal) -> bool:
        """Whether *value* lies within the limits."""
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    @property
    def has_to_be_said(self) -> bool:
        """Whether nothing can be worked out before the customer says it."""
        return self.default is None and not self.offered


class Result(Part):
    """Something a calculation works out, in order: a formula may use the results before it."""

    name: Name
    formula: Formula
    places: int = Field(2, ge=0, le=8)  # rounded half up


class Check(Part):
    """What must be so before anything is worked out, and what is said when it is not."""

    must: Formula
    sentence: Wording


def _figures(value: Any) -> Any:
    """Read `{price: 300000}`, which is how figures are written."""
    return tuple(value.items()) if isinstance(value, Mapping) else value


Figures = Annotated[
    tuple[tuple[Name, Finite], ...],
    BeforeValidator(_figures),
    PlainSerializer(lambda pairs: {name: str(value) for name, value in pairs}, dict[str, str]),
]


class Example(Part):
    """A calculation whose outcome is known: a test of the tool."""

    given: Figures
    gives: Figures


class CalculatorTool(Record):
    """Works something out of what the customer says, by formulas, and never by a model."""

    kind: Literal["calculator"] = "calculator"
    inputs: Annotated[tuple[Input, ...], Field(min_length=1, max_length=20)]
    checks: Annotated[tuple[Check, ...], Field(max_length=20)] = ()
    results: Annotated[tuple[Result, ...], Field(min_length=1, max_length=20)]
    sentence: Wording  # with {name} where a figure stands
    line: Wording = Wording()  # one for each value offered
    note: Wording = Wording()
    decimal_mark: Literal[".", ","] = "."
    examples: Annotated[tuple[Example, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _whole(self) -> "CalculatorTool":
        names = [*(one.name for one in self.inputs), *(one.name for one in self.results)]
        _apart(names)
        if sum(bool(one.offered) for one in self.inputs) > 1:
            raise ValueError(_ONE_OFFERED)
        known = {one.name for one in self.inputs}
        for check in self.checks:
            _known(check.must.names, known)
        for result in self.results:
            _known(result.formula.names, known)
            known.add(result.name)
        said = (self.sentence, self.line, self.note, *(one.sentence for one in self.checks))
        for text in (text for wording in said for text in wording.all()):
            _known(frozenset(BLANK.findall(text)), known)
        return self


Tool = Annotated[
    KnowledgeTool | HandoffTool | TableTool | CalculatorTool, Field(discriminator="kind")
]


def _apart(names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(_SAME.format(name=twice))


def _known(names: frozenset[str], known: set[str]) -> None:
    strange = sorted(names - known)
    if strange:
        raise ValueError(_NO_INPUT.format(name=strange[0]))
