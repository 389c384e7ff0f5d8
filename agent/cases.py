"""A case: one conversation as a test, and what is expected of each answer in it.

A case is a value, as a spec is: who wrote it and which dataset holds it belongs to
`store.evaluation.datasets`. The customer's part is written out turn by turn, or played by a
simulated customer who has a goal.
"""

import hashlib
import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from agent.answer import Outcome
from agent.text import storable

MOST_TURNS = 40
LARGEST = 200_000  # characters of a case as JSON
DAY = 86_400.0
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Longer = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ToolCall(_Part):
    """A tool that must have been called, with at least these arguments."""

    name: Short
    args: dict[str, Any] = Field(default_factory=dict)


class Expect(_Part):
    """What one answer must be. What is left out is not looked at."""

    contains: tuple[Words, ...] = Field((), max_length=50, description="each must be there")
    not_contains: tuple[Words, ...] = Field((), max_length=50, description="none may be there")
    number: tuple[float, ...] = Field((), max_length=50, description="each must be stated")
    cites: tuple[Short, ...] = Field((), max_length=20, description="names of sources")
    nothing: bool = Field(False, description="it asserts nothing: silent, refused or passed on")
    tools: tuple[ToolCall, ...] = Field((), max_length=20, description="called at least so")
    outcome: Outcome | None = Field(None, description="empty: answered")
    language: Annotated[str, StringConstraints(max_length=20)] = ""
    most_words: int | None = Field(None, ge=1, le=10_000)
    like: Longer = Field("", description="an answer that it should resemble")


class Media(_Part):
    """A file that the customer sends, by the words that are found in it."""

    media_type: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    words: Longer = ""


class Turn(_Part):
    """What the customer sends in one burst: words, files, a tap on a choice."""

    say: tuple[Line, ...] = Field((), max_length=20)
    media: tuple[Media, ...] = Field((), max_length=10)
    gap: float = Field(0.0, ge=0, le=365 * DAY, description="seconds since the turn before")
    choice: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _not_empty(self) -> "Turn":
        if not self.lines:
            raise ValueError("In each turn the customer says, sends or chooses something.")
        return self

    @property
    def lines(self) -> list[str]:
        """What the agent reads."""
        found = (f"{one.media_type}: {one.words}".strip(": ") for one in self.media)
        return [*self.say, *filter(None, found), *([self.choice] if self.choice else [])]


class Case(_Part):
    """A conversation as a test: its turns, or a simulated customer's goal."""

    turns: tuple[Turn, ...] = Field((), max_length=MOST_TURNS)
    notes: Longer = ""
    tags: tuple[Short, ...] = Field((), max_length=20)
    persona: Longer = Field("", description="who the simulated customer is")
    goal: Longer = Field("", description="what a simulated customer wants; judged at the end")
    script: tuple[Line, ...] = Field((), max_length=MOST_TURNS, description="what they say")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return storable(value)

    @model_validator(mode="after")
    def _says_something(self) -> "Case":
        if bool(self.turns) == bool(self.goal):
            raise ValueError("A case has either turns, or the goal of a simulated customer.")
        if len(self.model_dump_json()) > LARGEST:
            raise ValueError(f"A case may have {LARGEST:,} characters at most.")
        return self

    @property
    def simulated(self) -> bool:
        """True when a customer is played, and what they say depends on the answers."""
        return bool(self.goal)

    @property
    def question(self) -> str:
        """How people recognise it: what is said first."""
        first = self.turns[0].lines[0] if self.turns else ""
        return first or (self.script[0] if self.script else self.goal)

    @property
    def asked(self) -> str:
        """What tells what is asked from something else: SHA-256, whatever is expected."""
        said = [[*turn.lines, turn.gap] for turn in self.turns]
        text = json.dumps([said, self.persona, self.goal, self.script], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def plain(question: str, contains: str = "", source: str = "") -> Case:
    """Return a case of one question: *contains* holds one expected piece a line, *source* the file
    or page that is cited. The line `handoff` expects that a person takes over.

    Raises pydantic.ValidationError.
    """
    wanted = [line.strip() for line in contains.splitlines() if line.strip()]
    expect = {
        "contains": [line for line in wanted if line != Outcome.HANDOFF],
        "cites": [source.strip()] if source.strip() else [],
        "outcome": Outcome.HANDOFF if Outcome.HANDOFF in wanted else None,
    }
    return Case.model_validate({"turns": [{"say": [question], "expect": expect}]})
