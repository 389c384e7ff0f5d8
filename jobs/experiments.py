"""Experiments, asked by the conversation workers beside the customers, who never feel it.

A worker asks as many rows at once as a quarter of its slots, and none while a customer waits for
an answer that nobody is writing; while it writes one itself, a single row. Rows are leased, kept
turn by turn and finished once (`store.evaluation.rows`), so a kill costs one answer at most.
Nothing here touches a conversation, an inbox or an outbox.
"""

import contextlib
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent import fingerprint
from agent.answer import Answer, Author, Outcome, Said
from agent.cases import Case
from agent.customer import GOAL, next_words
from agent.failures import why
from agent.judge import Judge, judged
from agent.kept_answers import kept, read
from agent.llm import Models
from agent.scoring import Score, passes, scored, together
from agent.spec import Spec
from jobs import comparing, sharing
from jobs.context import WorkerContext
from store.evaluation.experiments import Candidate, Experiment
from store.evaluation.rows import Finished, RowLease

log = logging.getLogger(__name__)

SHARE = 4  # one slot of so many
PAUSE_SECONDS = 0.25  # while customers come first
MOST_PAUSES = 240  # between two turns of a row
ENOUGH = 100  # of those who wait
# Codes of `agent.failures` that say nothing about the candidate.
MAY_PASS = (
    "model_timeout",
    "model_unreachable",
    "model_rate_limit",
    "model_error",
    "model_unavailable",
    "model_rubbish",
    "knowledge",
)
NEVER = ("model_key", "model_unknown")


@dataclass
class Customers:
    """How many customers this worker is answering."""

    now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def answered(self) -> Iterator[None]:
        """Answer one while the block runs."""
        with self._lock:
            self.now += 1
        try:
            yield
        finally:
            with self._lock:
                self.now -= 1


def lanes(slots: int) -> range:
    """Return the numbers under which a worker with so many slots asks rows at once."""
    return range(max(1, slots // SHARE))


def ask(context: WorkerContext, lane: int, customers: Customers) -> float | None:
    """Ask one row, or compare an experiment that is over, or the sides of a share.

    Returns when to look again (seconds since 1970), or None when there is nothing to do.
    """
    if customers_first(context, lane, customers):
        return context.clock() + PAUSE_SECONDS if context.services.store.rows.is_due() else None
    lease = context.services.store.rows.lease()
    if lease is None:
        done = comparing.compare(context) or sharing.look(context.services)
        return context.clock() if done else None
    with context.heartbeat.row(lease):
        Asking(context, lease).ask()
    return context.clock()


def customers_first(context: WorkerContext, lane: int, customers: Customers) -> bool:
    """Whether a lane has to leave its slot to customers."""
    return bool(lane and customers.now) or customers_wait(context)


def customers_wait(context: WorkerContext) -> bool:
    """Whether a customer waits for an answer that nobody is writing."""
    store, now = context.services.store, context.clock()
    if store.switches.paused:  # nobody is answered then, however long they wait
        return False
    return any(one.open_at <= now for one in store.turns.all_waiting(ENOUGH))


def make_way(context: WorkerContext) -> None:
    """Wait between two turns while customers do."""
    for _ in range(MOST_PAUSES):
        if not customers_wait(context):
            return
        with context.waiting():
            context.pause(PAUSE_SECONDS)


class Asking:
    """One row, by whoever has leased it."""

    def __init__(self, context: WorkerContext, lease: RowLease) -> None:
        store = context.services.store
        self._context, self._lease, self._rows = context, lease, store.rows
        self._experiment: Experiment = store.experiments.get(lease.experiment_id)
        self._case: Case = store.datasets.case(lease.case_id).case
        self._candidate: Candidate = self._experiment.candidates[lease.candidate]
        self._take(lease.answers)
        self._cost, self._seconds = lease.cost, lease.seconds

    def _take(self, kept_before: Sequence[Mapping[str, Any]]) -> None:
        """Go on after the turns that were kept."""
        self._answers = [read(one) for one in kept_before]
        self._said: list[list[str]] = [list(one.get("said", ())) for one in kept_before]

    def ask(self) -> None:
        """Ask what is left of it, and store how it went."""
        if self._lease.is_worn_out:
            self._failed("worn_out: Whoever asked it ended with it.", again=False)
            return
        spec, key = self._candidate.asked, self._key()
        reused = self._rows.reusable(key) if not self._answers else None
        if reused is not None:
            self._take(reused.answers)
            self._seconds = reused.seconds
        elif not self._answered(spec):
            return
        scores = self._scores()
        if scores is not None:
            self._finish(scores, key, reused is not None)

    def _key(self) -> str:
        settings, spec = self._context.services.settings, self._candidate.asked
        model = spec.model.name or settings.model_in_force
        knowledge = self._context.services.sources.revisions(spec.knowledge.bases)
        pinned = self._candidate.version_id or ""
        repeat = self._lease.repeat
        return fingerprint.of_answers(self._case, spec, model, knowledge, repeat, pinned)

    def _answered(self, spec: Spec) -> bool:
        """Ask turn by turn, keeping each. False when this worker is to leave the row."""
        while True:
            if self._answers:
                make_way(self._context)
            try:
                lines = self._next_lines(len(self._answers))
            except Exception as error:  # who plays the customer fails as any model does
                self._failed(why(error), again=True)
                return False
            if not lines:
                return True
            answer = self._answer(spec, lines)
            if answer is None:
                return False
            self._answers.append(answer)
            self._said.append(lines)
            if self._goes_on() and not self._rows.keep(self._lease, self._so_far()):
                self._rows.give_back(self._lease, 0.0)
                return False

    def _next_lines(self, place: int) -> list[str]:
        """What the customer says in that turn; nothing at the end."""
        case = self._case
        if not case.simulated:
            return case.turns[place].lines if place < len(case.turns) else []
        if self._is_a_persons():
            return []
        words = next_words(self._models, case, place, self._history())
        self._cost += self._counted(words.cost, words.unpriced_tokens)
        return [words.text] if words.text else []

    def _goes_on(self) -> bool:
        return self._case.simulated or len(self._answers) < len(self._case.turns)

    @property
    def _models(self) -> Models:
        return self._context.runtime.models

    def _answer(self, spec: Spec, lines: list[str]) -> Answer | None:
        """Return the answer, or None when it says nothing about the candidate: tried again later,
        or the row has failed.
        """
        if self._is_a_persons():
            return Answer("", Outcome.SILENT)
        started = self._context.clock()
        snapshot = self._candidate.version_id or ""
        history = self._history()
        answer = self._context.runtime.answer(spec, history, lines, snapshot=snapshot)
        self._seconds += self._context.clock() - started
        usage = answer.usage
        self._cost += self._counted(usage.cost, usage.unpriced_tokens)
        code = answer.error.partition(":")[0]
        if answer.outcome == Outcome.FALLBACK and code in (*MAY_PASS, *NEVER):
            self._failed(answer.error, again=code in MAY_PASS)
            return None
        return answer

    def _is_a_persons(self) -> bool:
        """Once a person was called, the agent says nothing more."""
        return bool(self._answers) and (
            self._answers[-1].handoff is not None or self._answers[-1].outcome == Outcome.SILENT
        )

    def _history(self) -> list[Said]:
        said: list[Said] = []
        for lines, answer in zip(self._said, self._answers, strict=True):
            said += [Said(Author.CUSTOMER, line) for line in lines]
            said += [Said(Author.AGENT, answer.text)] if answer.text else []
        return said

    def _scores(self) -> dict[str, Score] | None:
        """Score by what is expected, and by the judges; None when a judge could not be asked."""
        pairs = zip(self._case.turns, self._answers, strict=False)
        found = together([scored(turn, answer) for turn, answer in pairs])
        judges = [Judge(**wanted) for wanted in self._experiment.scorers]
        for judge in [GOAL, *judges] if self._case.simulated else judges:
            try:
                verdict = judged(self._models, judge, self._case, self._said, self._answers)
            except Exception as error:  # a judge's model fails in as many ways as any
                self._failed(why(error), again=True)
                return None
            self._cost += self._counted(verdict.cost, verdict.unpriced_tokens)
            found[verdict.score.name] = verdict.score
        return found

    def _counted(self, cost: float, unpriced_tokens: int) -> float:
        return self._context.services.settings.limits.counted(cost, unpriced_tokens)

    def _so_far(self) -> Finished:
        both = zip(self._answers, self._said, strict=True)
        answers = [kept(answer, lines) for answer, lines in both]
        return Finished(answers, seconds=self._seconds, cost=self._cost)

    def _failed(self, error: str, again: bool) -> None:
        """Leave the row for later, with all that is known; the last time it has failed."""
        if again and not self._lease.is_last:
            self._rows.keep(self._lease, self._so_far())
            self._rows.give_back(self._lease, self._context.clock() + 2.0**self._lease.fence)
            return
        log.warning("row failed: %s row=%s", error.partition(":")[0], self._lease.id)
        so_far = self._so_far()
        self._rows.finish(
            self._lease, Finished(so_far.answers, {}, None, so_far.seconds, so_far.cost, error)
        )

    def _finish(self, scores: dict[str, Score], key: str, reused: bool) -> None:
        so_far = self._so_far()
        went = passes(scores)
        how = Finished(
            so_far.answers, scores, went, so_far.seconds, so_far.cost, key=key, reused=reused
        )
        if self._rows.finish(self._lease, how):
            log.info("row asked passed=%s row=%s", went, self._lease.id)
