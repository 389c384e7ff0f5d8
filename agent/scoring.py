"""Scorers: how well one answer is what one turn of a case expects. Pure; nobody is asked.

    scored(turn, answer)   ->  [Score("outcome", 1.0, True), Score("contains", 0.5, False, "tres")]
    together(those of every turn)  ->  one score a name for the whole conversation

A case passes when every score of it passes. `reason` names what is missing or too much, in the
case's own words; the sentence around it is the studio's.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.answer import Answer, Outcome
from agent.cases import Expect, ToolCall, Turn
from agent.language import language_of
from agent.stated import states
from knowledge.lexical import fold, stems

PLATFORM, CLIENT, JUDGE = "platform", "client", "judge"
NAMES = (
    "outcome",
    "contains",
    "not_contains",
    "number",
    "cites",
    "nothing",
    "tool",
    "language",
    "length",
    "like",
    "goal",
)
TOLD_APART = ("es", "en", "pt")  # languages
RESEMBLES = 0.5  # of the words in common, from which an answer is like the expected one


@dataclass(frozen=True)
class Score:
    """How one scorer sees one answer. `value` lies between 0 and 1."""

    name: str
    value: float
    passed: bool
    reason: str = ""
    by: str = PLATFORM
    person: str = ""  # who posted it, where a client did

    def as_json(self) -> dict[str, Any]:
        """Return what is kept under the score's name."""
        kept = asdict(self)
        del kept["name"]
        return kept

    @classmethod
    def from_json(cls, name: str, kept: Mapping[str, Any]) -> "Score":
        """Read what `as_json` gave."""
        return cls(name=name, **kept)


def scored(turn: Turn, answer: Answer) -> list[Score]:
    """Return a score for the outcome, and one for each other thing that *turn* expects."""
    expect = turn.expect
    found = [_outcome(expect, answer), *_pieces(expect, answer)]
    if expect.nothing:
        found.append(_nothing(answer))
    if expect.language:
        found.append(_language(expect.language, answer))
    if expect.most_words is not None:
        found.append(_length(expect.most_words, answer))
    if expect.like:
        found.append(_like(expect.like, answer))
    return found


def together(turns: Sequence[Sequence[Score]]) -> dict[str, Score]:
    """Return one score a name: passed when it passed in every turn, worth their mean."""
    every = [score for scores in turns for score in scores]
    names = dict.fromkeys(score.name for score in every)
    return {name: _mean([one for one in every if one.name == name]) for name in names}


def passes(scores: Mapping[str, Score]) -> bool:
    """Whether a conversation passes: all its scores do."""
    return all(score.passed for score in scores.values())


def _mean(scores: Sequence[Score]) -> Score:
    telling = next((one for one in scores if not one.passed), scores[0])
    value = sum(one.value for one in scores) / len(scores)
    return Score(telling.name, value, telling.passed, telling.reason, telling.by, telling.person)


# --- what all of must be so


def _pieces(expect: Expect, answer: Answer) -> Iterator[Score]:
    """A score for each list of pieces: the share of them that is as it should be."""
    said = folded(answer.text)
    cited = {folded(citation.source) for citation in answer.citations}
    called = list(tool_calls(answer))
    yield from _share("contains", expect.contains, lambda one: folded(one) in said)
    yield from _share("not_contains", expect.not_contains, lambda one: folded(one) not in said)
    yield from _share("number", expect.number, lambda one: states(answer.text, one), _written)
    yield from _share("cites", expect.cites, lambda one: folded(one) in cited)
    yield from _share("tool", expect.tools, lambda one: _is_called(one, called), _spelled)


def _share(
    name: str, wanted: Sequence[Any], is_so: Callable[[Any], bool], say: Callable[[Any], str] = str
) -> Iterator[Score]:
    if not wanted:
        return
    wrong = [say(one) for one in wanted if not is_so(one)]
    value = 1 - len(wrong) / len(wanted)
    yield Score(name, value, not wrong, " · ".join(wrong))


def _written(number: float) -> str:
    return f"{number:,.15g}"


def _spelled(call: ToolCall) -> str:
    given = ", ".join(f"{name}={value}" for name, value in call.args.items())
    return f"{call.name}({given})"


def tool_calls(answer: Answer) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tools that were called, with their arguments, in order."""
    for step in answer.trace:
        if step.kind == "tool":
            yield step.title, step.detail.get("arguments") or {}


def _is_called(wanted: ToolCall, called: Sequence[tuple[str, Mapping[str, Any]]]) -> bool:
    return any(name == wanted.name and _holds(args, wanted.args) for name, args in called)


def _holds(given: Any, wanted: Any) -> bool:
    """Whether *given* has at least what *wanted* has: capitals, accents and 3 for 3.0 aside."""
    if isinstance(wanted, Mapping):
        return isinstance(given, Mapping) and all(
            name in given and _holds(given[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return isinstance(given, list | tuple) and all(
            any(_holds(one, value) for one in given) for value in wanted
        )
    if isinstance(wanted, bool) or wanted is None:
        return given is wanted
    if isinstance(wanted, int | float) and not isinstance(given, bool):
        return _is_number(given, wanted)
    return folded(str(given)) == folded(str(wanted))


def _is_number(given: Any, wanted: float) -> bool:
    try:
        return math.isclose(float(given), wanted)
    except (TypeError, ValueError):
        return False


# --- one thing each


def _outcome(expect: Expect, answer: Answer) -> Score:
    """An agent that gives up, or passes the customer on, passes only where that is expected."""
    if expect.outcome is not None:
        passed = answer.outcome == expect.outcome
    else:
        passed = expect.nothing or answer.outcome == Outcome.ANSWERED
    why = answer.error or (answer.handoff.reason if answer.handoff else "")
    told = f"{answer.outcome}: {why}" if why else str(answer.outcome)
    return Score("outcome", float(passed), passed, "" if passed else told)


def _nothing(answer: Answer) -> Score:
    """Nothing is asserted where nothing is cited, or where the agent does not answer at all."""
    answered = answer.outcome == Outcome.ANSWERED and bool(answer.text.strip())
    cited = [citation.source for citation in answer.citations] if answered else []
    return Score("nothing", float(not cited), not cited, " · ".join(dict.fromkeys(cited)))


def _language(wanted: str, answer: Answer) -> Score:
    spoken = language_of(answer.text, TOLD_APART, answer.language)
    passed = spoken.partition("-")[0] == wanted.lower().partition("-")[0]
    return Score("language", float(passed), passed, "" if passed else spoken)


def _length(most: int, answer: Answer) -> Score:
    words = len(answer.text.split())
    value = min(1.0, most / words) if words else 1.0
    return Score("length", value, words <= most, "" if words <= most else str(words))


def _like(wanted: str, answer: Answer) -> Score:
    """How many words, as their stems, both have in common (the F1 of SQuAD's evaluation,
    https://arxiv.org/abs/1606.05250)."""
    ours, theirs = set(stems(answer.text)), set(stems(wanted))
    value = 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours or theirs else 1.0
    return Score("like", value, value >= RESEMBLES, "" if value >= RESEMBLES else wanted[:200])


def folded(text: str) -> str:
    """*text* without capitals, accents and runs of blanks."""
    return " ".join(fold(text.casefold()).split())
