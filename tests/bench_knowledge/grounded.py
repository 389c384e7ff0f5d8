"""`make measure-grounded`: what the check of answers refuses of good ones, what it catches, and
what it takes, on the samples' questions.

A truthful stand-in says what the passage says that answers the question: as it stands, between
courtesies, and with its words told otherwise. Made-up answers are true ones spoilt in one way
(`made_up`); the kinds that are kept tuned nothing.
"""

import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actions.installation import sample_pairs
from agent.answering import nearness_by
from agent.grounding.check import faults
from agent.grounding.nearness import Nearness
from agent.grounding.sources import Grounds, grounds
from agent.invented import SAMPLES
from agent.spec import Spec
from knowledge.base import Passage
from knowledge.quality.pairs import Pair
from tests.bench_knowledge import made_up
from tests.bench_knowledge.alone import Measuring, alone

AGENTS = {"autos": "Sofía", "homologa": "Marcos"}
MOST_GOOD_REFUSED, LEAST_CAUGHT = 0.02, 0.90
MADE_UP = 200  # of each half of the kinds
_OTHERWISE = (
    (r"\bautos?\b", "coche"),
    (r"\bcuesta\b", "tiene un costo de"),
    (r"\btres\b", "3"),
    (r"\b5 días\b", "cinco días"),
    (r"\bdeben?\b", "tiene que"),
    (r"\bcasa\b", "domicilio"),
    (r"(\d),000 km", r"\1 mil kilómetros"),
    (r"(\d) %", r"\1%"),
)


@dataclass(frozen=True)
class Case:
    """A question, what was found for it, and the sentence of it that answers."""

    question: str
    passages: tuple[Passage, ...]
    truth: str
    n: int
    spec: Spec

    @property
    def grounds(self) -> Grounds:
        """What an answer may be taken from."""
        found = [(one.text, one.heading, one.place) for one in self.passages]
        return grounds(found, [self.spec.name, self.spec.brand], [self.question])

    def true_answers(self) -> Iterator[str]:
        """What a truthful model may say."""
        said = self.truth
        yield f"{said} [{self.n}]"
        yield f"¡Claro! Según nuestros documentos, {said} [{self.n}]\n\n¿Te ayudo con algo más?"
        for pattern, other in _OTHERWISE:
            said = re.sub(pattern, other, said)
        yield f"Con gusto te explico. {said} [{self.n}] Si quieres, te paso con un asesor."


@dataclass(frozen=True)
class Grounded:
    """Good answers and those refused; made-up ones and those caught, of each half; milliseconds."""

    good: int
    refused: int
    tuned: dict[str, tuple[int, int]]
    kept: dict[str, tuple[int, int]]
    ms: float

    def __str__(self) -> str:
        lines = [f"good answers refused: {self.refused} of {self.good}"]
        for half, kinds in (("tuned on", self.tuned), ("kept back", self.kept)):
            caught, made = map(sum, zip(*kinds.values(), strict=True))
            each = ", ".join(f"{kind} {some}/{all_}" for kind, (some, all_) in kinds.items())
            lines.append(f"made up, {half}: {caught} of {made} caught ({each})")
        return "\n".join([*lines, f"{self.ms:.1f} ms an answer"])


def measured(house: Measuring, nearness: Nearness | None = None) -> Grounded:
    """Ask everything of the check."""
    every = [case for case in _cases(house) if case.truth]
    good = [(case, answer) for case in every for answer in case.true_answers()]
    since = time.perf_counter()
    refused = [answer for case, answer in good if faults(answer, case.grounds, nearness)]
    ms = 1_000 * (time.perf_counter() - since) / len(good)
    halves = (_caught(every, kinds, nearness) for kinds in (made_up.TUNED, made_up.KEPT))
    return Grounded(len(good), len(refused), *halves, ms)


def _caught(
    every: Sequence[Case], kinds: dict[str, made_up.Spoil], nearness: Nearness | None
) -> dict[str, tuple[int, int]]:
    """How many of `MADE_UP` are caught, by kind; the same number of each."""
    draw, found = random.Random(15), dict[str, tuple[int, int]]()
    each = -(-MADE_UP // len(kinds))
    for kind, spoil in kinds.items():
        drawn = draw.sample(every, len(every))
        made = ((case, spoil(draw, case.truth, [p.text for p in case.passages])) for case in drawn)
        some = [(case, answer) for case, answer in made if answer][:each]
        caught = sum(bool(faults(answer, case.grounds, nearness)) for case, answer in some)
        found[kind] = caught, len(some)
    return found


def _cases(house: Measuring) -> Iterator[Case]:
    for sample, agent in AGENTS.items():
        spec = house.draft(agent)
        bases = spec.knowledge.bases
        for pair in sample_pairs(SAMPLES / sample):
            found = house.answering.retriever.search(pair.question, bases, spec.knowledge.top_k)
            yield _case(pair, tuple(found), spec)


def _case(pair: Pair, found: tuple[Passage, ...], spec: Spec) -> Case:
    for n, passage in enumerate(found, 1):
        if pair.is_answerable and pair.is_answered_by(passage):
            return Case(pair.question, found, _around(passage.text, pair.expect), n, spec)
    return Case(pair.question, found, "", 0, spec)


def _around(text: str, expect: str) -> str:
    """The sentence or row that holds the expected words."""
    flat = " ".join(text.split())
    at = flat.lower().find(" ".join(expect.lower().split()))
    start = max(
        (flat.rfind(sign, 0, at) + len(sign) for sign in (". ", "? ") if sign in flat[:at]),
        default=0,
    )
    end = flat.find(". ", at + len(expect))
    return flat[start : end + 1 if end > 0 else None]


if __name__ == "__main__":
    house = alone()
    print(f"by words alone\n{measured(house)}")
    near = nearness_by(house.services.embedders)
    print(f"\nby words and meaning\n{measured(house, near)}" if near else "no model of meaning")
