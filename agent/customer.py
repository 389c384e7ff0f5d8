"""A simulated customer: says what a script holds, or is played by a model that has a goal.

Simulated users are the way of tau-bench (https://arxiv.org/abs/2406.12045); whether the goal was
reached is judged at the end (`GOAL`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from agent.answer import Author, Said
from agent.cases import Case
from agent.judge import Judge
from agent.llm import Models
from agent.pricing import cost_of
from agent.spec import ModelChoice

END = "[END]"
MOST_TURNS = 10  # of a customer who is played
MOST_TOKENS = 200
LONGEST = 4_000  # characters of a message
OPENING = "(The company's chat is open. Write your first message.)"
GOAL = Judge(
    "goal",
    criteria="The customer must have reached the goal that stands in <goal>: what they wanted was"
    " answered or done rightly by the end of the conversation, as far as it shows.",
)


@dataclass(frozen=True)
class Words:
    """What the customer says next ("" at the end), and what it cost in US dollars to find out."""

    text: str
    cost: float = 0.0
    unpriced_tokens: int = 0


def next_words(models: Models, case: Case, turn: int, said: Sequence[Said]) -> Words:
    """Return what is said in turn number *turn*, from 0. Raises what the model's client raises."""
    if case.script:
        return Words(case.script[turn] if turn < len(case.script) else "")
    if turn >= MOST_TURNS:
        return Words("")
    choice = ModelChoice(temperature=0.7, max_tokens=MOST_TOKENS)
    reply = models.get(choice).invoke(_played(case, said))
    tokens = reply.usage_metadata
    given, written = (tokens["input_tokens"], tokens["output_tokens"]) if tokens else (0, 0)
    cost = cost_of(models.name_of(choice), given, written)
    text = str(reply.text).strip()
    words = "" if END in text else text[:LONGEST]
    return Words(words, cost.dollars, 0 if cost.known else given + written)


def _played(case: Case, said: Sequence[Said]) -> list[BaseMessage]:
    """The conversation from the other side: to who plays the customer, the agent is the user."""
    told = _instructions().format(persona=case.persona or "A customer.", goal=case.goal, end=END)
    talk: list[BaseMessage] = [SystemMessage(told), HumanMessage(OPENING)]
    talk += [
        AIMessage(line.text) if line.author == Author.CUSTOMER else HumanMessage(line.text)
        for line in said
    ]
    return talk


@cache
def _instructions() -> str:
    return Path(__file__).with_name("customer.md").read_text(encoding="utf-8")
