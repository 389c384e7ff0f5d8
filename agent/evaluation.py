"""How an agent does on its test cases: each question asked once, on the production path.

A case passes when the agent answered (no fallback text), the answer holds every expected line
(capitals and accents aside) and the expected source is among its citations. An agent may pass the
customer to a person only where the case expects the word `handoff`.
"""

import hashlib
import json
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from agent.answer import Answer, Outcome, Said
from agent.spec import Spec

HANDOFF = "handoff"


class Asked(Protocol):
    """A test case (`store.agents.cases.Case` is one)."""

    @property
    def question(self) -> str:
        """What the customer writes."""

    @property
    def expected(self) -> str:
        """What the answer must hold, one piece a line."""

    @property
    def source(self) -> str:
        """What the answer must cite."""


class Answers(Protocol):
    """Whatever answers as a spec (`agent.runtime.Runtime` is one)."""

    def answer(
        self, spec: Spec, history: Sequence[Said], inbound: Sequence[str], live: bool = False
    ) -> Answer:
        """Answer one burst."""


@dataclass(frozen=True)
class Result:
    """How one case went. `reasons` are (code, what): missing | source | fallback | handoff."""

    question: str
    answer: str
    passed: bool
    reasons: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    seconds: float
    cost: float


@dataclass(frozen=True)
class Evaluation:
    """How every case went."""

    results: tuple[Result, ...]

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return sum(result.passed for result in self.results)

    @property
    def cost(self) -> float:
        """US dollars."""
        return sum(result.cost for result in self.results)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept with a version: the sums, and each case without its answer."""
        kept = [
            {"question": one.question, "passed": one.passed, "reasons": list(one.reasons)}
            for one in self.results
        ]
        return {"passed": self.passed, "total": len(self.results), "cost": self.cost, "cases": kept}

    def as_rows(self) -> list[dict[str, Any]]:
        """Return one dictionary a case, for dataframes."""
        return [asdict(result) for result in self.results]


def evaluate(runtime: Answers, spec: Spec, cases: Sequence[Asked]) -> Evaluation:
    """Ask every case."""
    return Evaluation(tuple(results(runtime, spec, cases)))


def results(
    runtime: Answers,
    spec: Spec,
    cases: Sequence[Asked],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Result]:
    """Ask one case after the other, each a conversation of its own."""
    for case in cases:
        started = clock()
        answer = runtime.answer(spec, [], [case.question])
        yield judged(case, answer, round(clock() - started, 3))


def judged(case: Asked, answer: Answer, seconds: float = 0.0) -> Result:
    """Return whether *answer* is what *case* expects, and why not."""
    reasons = tuple(_reasons(case, answer))
    cited = tuple(dict.fromkeys(citation.source for citation in answer.citations))
    return Result(
        case.question, answer.text, not reasons, reasons, cited, seconds, answer.usage.cost
    )


def fingerprint(spec: Spec, cases: Sequence[Asked]) -> str:
    """Return what tells a spec and what it was asked from another: SHA-256 of their values."""
    asked = sorted((case.question, case.expected, case.source) for case in cases)
    values = {"spec": spec.model_dump(mode="json"), "cases": asked}
    text = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _reasons(case: Asked, answer: Answer) -> Iterator[tuple[str, str]]:
    wanted = [line.strip() for line in case.expected.splitlines() if line.strip()]
    if answer.outcome == Outcome.FALLBACK:
        yield "fallback", answer.error
        return
    if HANDOFF in wanted:
        if answer.outcome != Outcome.HANDOFF:
            yield "handoff_missing", ""
        wanted.remove(HANDOFF)
    elif answer.outcome == Outcome.HANDOFF:
        yield "handoff", answer.handoff.reason if answer.handoff else ""
    said = _folded(answer.text)
    yield from (("missing", line) for line in wanted if _folded(line) not in said)
    if case.source and case.source not in {citation.source for citation in answer.citations}:
        yield "source", case.source


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())
