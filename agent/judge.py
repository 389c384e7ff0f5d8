"""A judge: a model that is asked whether a conversation is what a case expects.

What it is told lies in `judge.md`; staff may give criteria of their own. How far it is to be
believed is told by its agreement with people's labels (`agent.agreement`).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from langchain_core.messages import HumanMessage, SystemMessage

from agent.answer import Answer
from agent.cases import Case
from agent.failures import ModelRubbish
from agent.llm import Models
from agent.pointing import as_data
from agent.pricing import cost_of
from agent.scoring import JUDGE, Score
from agent.spec import ModelChoice

USUAL = (
    "The answers must be what was expected, in substance. Where nothing particular was expected"
    " they must answer what was asked, politely and without inventing anything."
)
LONGEST_REASON = 500
MOST_TOKENS = 400


@dataclass(frozen=True)
class Judge:
    """A judge by name: the model that is asked (empty: the installation's), and its criteria."""

    name: str = JUDGE
    model: str = ""
    criteria: str = ""


@dataclass(frozen=True)
class Judged:
    """A verdict, and what it cost in US dollars."""

    score: Score
    cost: float
    unpriced_tokens: int = 0


def judged(
    models: Models,
    judge: Judge,
    case: Case,
    said: Sequence[Sequence[str]],
    answers: Sequence[Answer],
) -> Judged:
    """Ask *judge* about what was *said* and answered, turn by turn.

    Raises ModelUnavailable, or what the model's client raises.
    """
    choice = ModelChoice(name=judge.model, temperature=0, max_tokens=MOST_TOKENS)
    told = _instructions().format(criteria=judge.criteria.strip() or USUAL)
    asked = [SystemMessage(told), HumanMessage(_conversation(case, said, answers))]
    reply = models.get(choice).invoke(asked)
    passed, reason = _verdict(str(reply.text))
    tokens = reply.usage_metadata
    given, written = (tokens["input_tokens"], tokens["output_tokens"]) if tokens else (0, 0)
    cost = cost_of(models.name_of(choice), given, written)
    score = Score(judge.name, float(passed), passed, reason, JUDGE)
    return Judged(score, cost.dollars, 0 if cost.known else given + written)


@cache
def _instructions() -> str:
    return Path(__file__).with_name("judge.md").read_text(encoding="utf-8")


def _conversation(case: Case, said: Sequence[Sequence[str]], answers: Sequence[Answer]) -> str:
    expected = [turn.expect.model_dump_json(exclude_defaults=True) for turn in case.turns]
    parts = [f"<goal>{as_data(case.goal)}</goal>"] if case.goal else []
    parts += [f"<notes>{as_data(case.notes)}</notes>"] if case.notes else []
    for place, answer in enumerate(answers):
        wanted = expected[place] if place < len(expected) else "{}"
        words = "\n".join(said[place])
        parts.append(
            f'<turn n="{place + 1}">\n<customer>{as_data(words)}</customer>\n'
            f"<expected>{as_data(wanted)}</expected>\n"
            f'<answer outcome="{answer.outcome}">{as_data(answer.text)}</answer>\n</turn>'
        )
    return "\n".join(parts)


def _verdict(text: str) -> tuple[bool, str]:
    """Read the last JSON object of a reply that has a verdict. Raises ModelRubbish."""
    for found in reversed(re.findall(r"\{[^{}]*\}", text)):
        try:
            verdict = json.loads(found)
        except ValueError:
            continue
        if isinstance(verdict.get("passed"), bool):
            return verdict["passed"], str(verdict.get("reason", ""))[:LONGEST_REASON]
    raise ModelRubbish("The judge gave no verdict.")
