"""Answers who tries a spec that nobody released: see `actions.trials`. Nothing is kept or sent."""

from actions import lookups
from agent.answer import Author, Said
from agent.spec import Spec
from jobs.context import WorkerContext


def answer(context: WorkerContext, trial_id: int) -> None:
    """Answer one trial, on the way of every answer, if somebody still waits for it."""
    asked = lookups.take(context.services, trial_id)
    if asked is None:
        return
    spec = Spec.model_validate(asked["spec"])
    history = [Said(Author(one["author"]), one["text"]) for one in asked["history"]]
    found = context.runtime.answer(spec, history, asked["lines"], live=False)
    lookups.tell(context.services, trial_id, {"answer": found.as_json()})
