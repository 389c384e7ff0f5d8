"""Experiments: started, stopped, taken up again, and scored by programs of people's own.

An experiment is asked by the conversation workers (`jobs.experiments`). It sends nothing to anybody
and changes no conversation.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.audited import audited
from actions.queues import EXPERIMENTS
from actions.services import Services
from agent.actor import Actor
from agent.agreement import Agreement, agreement
from agent.errors import Invalid, NotFound
from agent.scoring import CLIENT, NAMES, Score
from agent.spec import Spec
from store.evaluation.experiments import Candidate, Experiment, Plan
from store.states import LabelBy, Subject, Verdict

DRAFT = "draft"
MOST_SCORES = 5_000  # of one call
LONGEST_SCORER = 60
LONGEST_REASON = 500
LONGEST_CRITERIA = 8_000
MOST_JUDGES = 5
MOST_COMPARED = 20  # experiments that a judge is looked up in
_JUDGE = re.compile(r"judge(:[\w .-]{1,50})?")


@dataclass(frozen=True)
class Chosen:
    """A candidate as people name it: the draft, a version, or a spec of their own."""

    version_id: str = ""  # an id, or `draft`
    spec: Spec | None = None
    label: str = ""
    model: str = ""  # answers in the place of the spec's own


@dataclass(frozen=True)
class Wish:
    """An experiment that somebody wishes for."""

    dataset_id: str
    candidates: Sequence[Chosen]
    name: str = ""
    version: int | None = None  # of the dataset; None: as it is now
    case_ids: Sequence[str] = ()  # none: all of them
    repeats: int = 1
    scorers: Sequence[Mapping[str, Any]] = ()
    cost_limit: float = 0.0


def start(services: Services, actor: Actor, wish: Wish) -> str:
    """Have an experiment run; return its id. Raises Forbidden, NotFound or Invalid."""
    with audited(services, actor, "agent") as note:
        dataset = services.store.datasets.get(wish.dataset_id)
        version = wish.version or dataset.version
        if version > dataset.version:
            raise NotFound("The dataset has no such version.")
        candidates = [candidate_of(services, dataset.agent_id, one) for one in wish.candidates]
        plan = Plan(
            agent_id=dataset.agent_id,
            dataset_id=dataset.id,
            dataset_version=version,
            candidates=candidates,
            case_ids=_cases(services, wish, version),
            name=wish.name,
            repeats=wish.repeats,
            scorers=_scorers(services, wish.scorers),
            cost_limit=dollars(wish.cost_limit),
            knowledge=knowledge_now(services, [one.spec for one in candidates]),
        )
        made = services.store.experiments.make(plan, actor.name)
        note("experiment started", made, f"{len(plan.case_ids)} x {len(candidates)}")
        services.database.on_commit(lambda: services.wake_up.notify(EXPERIMENTS, 0))
    return made


def stop(services: Services, actor: Actor, experiment_id: str) -> Experiment:
    """Ask nothing more; what was answered stays. Raises Forbidden or NotFound."""
    with audited(services, actor, "agent") as note:
        services.store.experiments.get(experiment_id)
        if services.store.experiments.stop(experiment_id):
            note("experiment stopped", experiment_id)
    return services.store.experiments.get(experiment_id)


def resume(
    services: Services, actor: Actor, experiment_id: str, cost_limit: float = 0.0
) -> Experiment:
    """Go on with an experiment that was stopped, or that had cost what it might.

    Raises Forbidden, NotFound, and Invalid when there is nothing to go on with.
    """
    with audited(services, actor, "agent") as note:
        found = services.store.experiments.get(experiment_id)
        limit = dollars(cost_limit)
        if 0 < limit <= found.cost:
            raise Invalid("It has cost that much already. Allow more, or 0 for no limit.")
        if not services.store.experiments.resume(experiment_id, limit):
            raise Invalid("Only an experiment that was stopped can go on.")
        note("experiment resumed", experiment_id)
        services.database.on_commit(lambda: services.wake_up.notify(EXPERIMENTS, 0))
    return services.store.experiments.get(experiment_id)


@dataclass(frozen=True)
class Given:
    """A score that a client gives a row."""

    row_id: int
    name: str
    value: float
    passed: bool
    reason: str = ""


def score(services: Services, actor: Actor, experiment_id: str, given: Sequence[Given]) -> int:
    """Keep scores that a person's own program made, marked as the client's; return how many rows
    took them. Raises Forbidden, NotFound or Invalid.
    """
    if not 1 <= len(given) <= MOST_SCORES:
        raise Invalid(f"Give 1 to {MOST_SCORES} scores at once.")
    scores: dict[int, list[Score]] = {}
    for one in given:
        scores.setdefault(one.row_id, []).append(_clients(one, actor))
    with audited(services, actor, "agent") as note:
        services.store.experiments.get(experiment_id)
        done = services.store.rows.score(experiment_id, scores)
        note("experiment scored", experiment_id, f"{done} rows")
        services.database.on_commit(lambda: services.wake_up.notify(EXPERIMENTS, 0))
    return done


def agreements(services: Services, experiment: Experiment) -> dict[str, Agreement]:
    """Return how far each judge of an experiment agrees with people's labels of the rows that it
    judged, there and in the agent's other experiments with the same judge.
    """
    found: dict[str, Agreement] = {}
    if not experiment.is_over:
        return found
    others = services.store.experiments.of(experiment.agent_id, limit=MOST_COMPARED)
    for judge in experiment.scorers:
        same = [one for one in others if judge in one.scorers]
        pairs = [pair for one in same for pair in _pairs(services, one.id, str(judge["name"]))]
        found[str(judge["name"])] = agreement(pairs)
    return found


def _pairs(services: Services, experiment_id: str, name: str) -> list[tuple[bool, bool]]:
    rows = services.store.experiments.marks(experiment_id, scores=True)
    passed = {str(row.id): row.scores[name].passed for row in rows if name in row.scores}
    labels = services.store.labels.of(Subject.ROW, list(passed)) if passed else ()
    return [
        (passed[one.subject_id], one.verdict == Verdict.RIGHT)
        for one in labels
        if one.by == LabelBy.PERSON and one.verdict != Verdict.UNSURE
    ]


def knowledge_now(services: Services, specs: Sequence[Spec]) -> dict[str, int]:
    """Return the edition of each base that one of *specs* looks into: what a release would pin."""
    named = {base for spec in specs for base in spec.knowledge.bases}
    return services.sources.editions(named)


def candidate_of(services: Services, agent_id: str, chosen: Chosen) -> Candidate:
    """Return what is asked. Raises NotFound for a version of another agent, Invalid for a model."""
    if chosen.model and not _is_model(chosen.model):
        raise Invalid(f"There is no model {chosen.model[:80]!r}. Use openai:NAME or offline.")
    if chosen.spec is not None:
        return Candidate(chosen.label or chosen.spec.name, chosen.spec, None, chosen.model)
    if chosen.version_id == DRAFT:
        draft = services.store.agents.get(agent_id).draft
        return Candidate(chosen.label or DRAFT, draft, None, chosen.model)
    version = services.store.agents.version(chosen.version_id)
    if version.agent_id != agent_id:
        raise NotFound("This agent has no such version.")
    return Candidate(chosen.label or f"v{version.number}", version.spec, version.id, chosen.model)


def _is_model(name: str) -> bool:
    provider, _, rest = name.partition(":")
    return name == "offline" or (provider in ("openai", "openrouter") and bool(rest.strip()))


def _cases(services: Services, wish: Wish, version: int) -> list[str]:
    found = services.store.datasets.cases(wish.dataset_id, version)
    there = [one.id for one in found]
    asked = set(wish.case_ids or there)
    simulated = any(one.case.simulated for one in found if one.id in asked)
    if simulated and services.settings.model_in_force == "offline":
        raise Invalid("Simulated customers need a model that plays them and judges. Set its key.")
    if not wish.case_ids:
        return there
    if not set(wish.case_ids) <= set(there):
        raise NotFound("The dataset has no such case in that version.")
    return [one for one in there if one in set(wish.case_ids)]


def _scorers(services: Services, given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The judges that are asked besides what the cases expect: `{"name": "judge", "model": "",
    "criteria": ""}`. Raises Invalid.
    """
    judges = [{"name": "judge", "model": "", "criteria": "", **one} for one in given]
    names = [str(one["name"]) for one in judges]
    if len(judges) > MOST_JUDGES or len(set(names)) < len(names):
        raise Invalid(f"Use up to {MOST_JUDGES} judges, each with a name of its own.")
    for one in judges:
        _refuse_judge(services, one)
    return judges


def _refuse_judge(services: Services, judge: Mapping[str, Any]) -> None:
    if set(judge) != {"name", "model", "criteria"} or not all(
        isinstance(one, str) for one in judge.values()
    ):
        raise Invalid("A judge has a name, a model and criteria, all of them texts.")
    if not _JUDGE.fullmatch(judge["name"]):
        raise Invalid("The name of a judge is `judge`, or begins with `judge:`.")
    if len(judge["criteria"]) > LONGEST_CRITERIA:
        raise Invalid(f"The criteria of a judge have {LONGEST_CRITERIA} characters at most.")
    model = judge["model"] or services.settings.model_in_force
    if not _is_model(model) or model == "offline":
        raise Invalid("A judge needs a model, such as openai:gpt-4.1: the built-in one cannot.")


def dollars(limit: float) -> float:
    """Return the most that something may cost. Raises Invalid."""
    if not math.isfinite(limit) or limit < 0:
        raise Invalid("The most it may cost is a number of US dollars, 0 for no limit.")
    return limit


def _clients(given: Given, actor: Actor) -> Score:
    """Raises Invalid for a name or a value that cannot be used."""
    name = given.name.strip()
    if not 1 <= len(name) <= LONGEST_SCORER or name in NAMES or _JUDGE.fullmatch(name):
        raise Invalid("Give a scorer a name of its own, which no scorer of the studio has.")
    if not 0 <= given.value <= 1:
        raise Invalid("A score is a number from 0 to 1.")
    reason = given.reason[:LONGEST_REASON]
    return Score(name, given.value, given.passed, reason, CLIENT, actor.name)
