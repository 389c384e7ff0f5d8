"""Evidence that a release names: experiments, and notebooks as somebody has them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from actions.services import Services
from agent.actor import Actor
from agent.errors import Invalid, NotFound
from store.evaluation.notebook_runs import Run
from store.states import RunState


@dataclass(frozen=True)
class Shown:
    """A piece of evidence that a release names: an experiment by its id, or a notebook.

    A notebook is named by the id of a run, of which the executed copy is the evidence, or by the
    name of a file that is not here, with the hash of what it held. Only what a worker ran is
    verified.
    """

    kind: Literal["experiment", "notebook"]
    id: str
    sha256: str = ""


def summary(services: Services, actor: Actor, agent_id: str, shown: Shown) -> dict[str, Any]:
    """Return what stays with a release.

    Raises NotFound for an experiment that is none of this agent's, and Invalid for a run that
    shows nothing.
    """
    if shown.kind == "experiment":
        return _experiment(services, agent_id, shown.id)
    try:
        run = services.store.notebook_runs.get(shown.id)
    except NotFound:
        return {"notebook": shown.id, "sha256": shown.sha256, "verified": False}
    return _run(services, actor, run)


def _run(services: Services, actor: Actor, run: Run) -> dict[str, Any]:
    """A run that goes on may name itself: how it ends is seen later."""
    names_itself = run.state is RunState.RUNNING and run.person == actor.name
    if run.state is not RunState.DONE and not names_itself:
        raise Invalid("That run of a notebook did not end well, so it shows nothing. Run it again.")
    return {
        "notebook": services.store.notebook_runs.name(run.id),
        "run": run.id,
        "sha256": digest(services.store.notebook_runs.executed(run.id)),
        "verified": run.verified,
    }


def digest(executed: Mapping[str, Any] | None) -> str:
    """Return the hash of an executed copy, by which a later look is known to be of the same one."""
    if executed is None:
        return ""
    return hashlib.sha256(json.dumps(executed, sort_keys=True).encode()).hexdigest()


def _experiment(services: Services, agent_id: str, experiment_id: str) -> dict[str, Any]:
    found = services.store.experiments.get(experiment_id)
    if found.agent_id != agent_id:
        raise NotFound("This agent has no such experiment.")
    progress = services.store.experiments.progress(found.id)
    return {
        "experiment": found.id,
        "name": found.name,
        "state": found.state,
        "dataset": found.dataset_id,
        "dataset_version": found.dataset_version,
        "candidates": [one.label for one in found.candidates],
        "passed": progress.passed,
        "total": progress.total,
        "comparisons": dict(found.comparisons),
        "by": found.created_by,
        "at": found.finished_at or found.created_at,
    }
