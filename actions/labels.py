"""Labels: what people, judges and code say of answers, and which of two answers is better."""

from collections.abc import Sequence

from actions.audited import audited
from actions.services import Services
from agent.actor import Actor
from store.evaluation.labels import MINE, NewLabel
from store.states import Subject


def label(services: Services, actor: Actor, given: Sequence[NewLabel]) -> int:
    """Keep labels in the actor's name, each in the place of their last one; return how many.

    Raises Forbidden, NotFound for an answer that is none, and Invalid for texts that are too long.
    """
    with audited(services, actor, "agent") as note:
        count = services.store.labels.keep(actor.name, given)
        note("answers labelled", "", str(count))
    return count


def unlabel(
    services: Services, actor: Actor, subject: Subject, subject_id: str, name: str = MINE
) -> None:
    """Take one's own label back. Raises Forbidden."""
    with audited(services, actor, "agent") as note:
        services.store.labels.remove(actor.name, subject, subject_id, name)
        note("label removed", subject_id)


def prefer(services: Services, actor: Actor, first: int, second: int, better: int) -> None:
    """Keep which of two rows of an experiment is the better answer (0: neither).

    Raises Forbidden, NotFound, and Invalid for answers to different cases.
    """
    with audited(services, actor, "agent") as note:
        services.store.labels.prefer(actor.name, first, second, better)
        note("answers compared", str(first), str(second))
