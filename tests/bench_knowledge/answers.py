"""How many of a sample's questions the agent answers rightly: what `make measure` prints last."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.answer import Answer
from agent.spec import Spec
from knowledge.quality.pairs import Pair
from tests.bench_knowledge.alone import Measuring


@dataclass(frozen=True)
class Answered:
    """Questions that have an answer: `said` it, `cited` its place; the others: `silent`."""

    said: int
    cited: int
    answerable: int
    silent: int
    others: int

    def __str__(self) -> str:
        return (
            f"answers: {self.said} of {self.answerable} say what was expected, {self.cited} cite "
            f"its place; {self.silent} of {self.others} that nothing answers cite nothing"
        )


def answered(house: Measuring, spec: Spec, pairs: Sequence[Pair]) -> Answered:
    """Ask every question, each in a conversation of its own."""
    known = [(pair, house.ask(spec, pair.question)) for pair in pairs if pair.is_answerable]
    others = [house.ask(spec, pair.question) for pair in pairs if not pair.is_answerable]
    return Answered(
        sum(says(answer, pair) for pair, answer in known),
        sum(cites(answer, pair) for pair, answer in known),
        len(known),
        sum(not answer.citations for answer in others),
        len(others),
    )


def says(answer: Answer, pair: Pair) -> bool:
    """True when the answer holds the expected words; an amount may have its thousands apart."""
    text = _plain(answer.text)
    return _plain(pair.expect) in (text.replace(",", "") if pair.expect.isdigit() else text)


def cites(answer: Answer, pair: Pair) -> bool:
    """True when the answer points to the place where the expected words stand."""
    return any(
        cited.source == pair.source
        and pair.page in (None, cited.page)
        and pair.row in (None, cited.row)
        for cited in answer.citations
    )


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
