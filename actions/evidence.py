"""What an experiment says of a spec now: which one counts, and why an older one does not any more.

An experiment counts while the spec, the cases and the knowledge are those that it was made with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actions.experiments import knowledge_now
from actions.services import Services
from agent import fingerprint
from agent.bar import Asked, Mark
from agent.spec import Spec
from store.evaluation.datasets import Dataset
from store.evaluation.experiments import Experiment, Row
from store.states import RowState


@dataclass(frozen=True)
class Standing:
    """An experiment that counts, and the rows of the candidate that it counts for."""

    experiment: Experiment
    candidate: int
    rows: Sequence[Row]

    @property
    def summary(self) -> dict[str, Any]:
        """How it went, as it is kept with a release."""
        return {
            "experiment": self.experiment.id,
            "name": self.experiment.name,
            "candidate": self.candidate,
            "dataset": self.experiment.dataset_id,
            "dataset_version": self.experiment.dataset_version,
            "knowledge": dict(self.experiment.knowledge),
            "passed": sum(bool(one.passed) for one in self.rows),
            "total": len(self.rows),
            "cost": sum(one.cost for one in self.rows),
            "by": self.experiment.created_by,
            "at": self.experiment.finished_at or self.experiment.created_at,
        }


def evidence(services: Services, agent_id: str, spec: Spec) -> dict[str, Any]:
    """Return how *spec* did when last asked all that its agent's own dataset asks now; {} when it
    never was, or when the knowledge has changed since.
    """
    tests = services.store.datasets.own(agent_id)
    found = standing(services, tests, spec) if tests else "never"
    return {} if isinstance(found, str) else found.summary


def standing(services: Services, dataset: Dataset, spec: Spec) -> Standing | str:
    """Return the newest experiment that counts for *spec* on *dataset*, else why none does.

    `never`: nothing was asked. `spec`: another spec was. `dataset` and `knowledge`: they have
    changed since. `part`: not every case was asked.
    """
    wanted, known = fingerprint.of_spec(spec), knowledge_now(services, [spec])
    every = {one.id for one in services.store.datasets.cases(dataset.id)}
    reasons: list[str] = []
    for found in services.store.experiments.on(dataset.id):
        place = _place(found, wanted)
        if place is None or (reason := _stale(found, dataset, known)):
            reasons.append("spec" if place is None else reason)
            continue
        rows = services.store.experiments.rows(found.id)
        theirs = [row for row in rows if row.candidate == place]
        if {row.case_id for row in theirs} == every:
            return Standing(found, place, theirs)
        reasons.append("part")
    return _nearest(reasons)


def _stale(found: Experiment, dataset: Dataset, known: dict[str, int]) -> str:
    if found.dataset_version != dataset.version:
        return "dataset"
    return "" if known.items() <= dict(found.knowledge).items() else "knowledge"


def _nearest(reasons: Sequence[str]) -> str:
    """The reason that takes the least to mend."""
    order = ("part", "knowledge", "dataset", "spec")
    return next((one for one in order if one in reasons), "never")


def _place(found: Experiment, wanted: str) -> int | None:
    """Where the spec with that fingerprint stands among the candidates."""
    prints = [one.fingerprint for one in found.candidates]
    return prints.index(wanted) if wanted in prints else None


def asked(services: Services, found: Standing) -> list[Asked]:
    """Return the rows as a bar reads them."""
    version = found.experiment.dataset_version
    cases = services.store.datasets.cases(found.experiment.dataset_id, version)
    known = {one.id: one.case for one in cases}
    return [
        Asked(
            row.case_id,
            known[row.case_id].question,
            _marks(row),
            known[row.case_id].tags,
            max(1, len(row.answers)),
            row.seconds,
            row.cost,
        )
        for row in found.rows
    ]


def _marks(row: Row) -> dict[str, Mark]:
    if row.state != RowState.DONE:
        return {}
    return {name: Mark(one.value, one.passed, one.by) for name, one in row.scores.items()}
