"""What staff say themselves: answers of their own, and other words in what was read.

Whatever holds vectors is handed in. It changes its rows within the transaction, and what it asks
of others over a network it asks once that is committed (`Database.on_commit`).
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from actions import queues
from actions.audited import audited
from actions.services import Services
from agent.actor import Actor
from knowledge.ingest.corrections import Corrections as Changes
from knowledge.ingest.curated import Curated


class CuratedAnswers(Protocol):
    """Keeps the answers that staff wrote (`knowledge.ingest.curated.Curated` does)."""

    def add(self, base_id: str, question: str, answer: str, person: str) -> int:
        """Keep one; return its id."""

    def change(self, curated_id: int, question: str, answer: str, person: str) -> None:
        """Replace one."""

    def remove(self, curated_id: int) -> None:
        """Forget one."""

    def of(self, base_id: str) -> Sequence[Any]:
        """Return those of a base."""


class Corrections(Protocol):
    """Changes passages (`knowledge.ingest.corrections.Corrections` does)."""

    def correct(self, chunk_id: int, text: str, person: str) -> None:
        """Have a passage say something else."""

    def silence(self, chunk_id: int, person: str) -> None:
        """Have it found no more."""

    def restore(self, chunk_id: int, person: str) -> None:
        """Have it as it was read."""


def answers_of(services: Services) -> Curated:
    """Return the answers of every base; a worker brings their vectors in line."""
    return Curated(services.database, partial(_ring, services))


def corrections_of(services: Services) -> Changes:
    """Return what corrects passages; a worker brings their vectors in line."""
    return Changes(services.database, partial(_ring, services))


def _ring(services: Services, source_id: str, position: int) -> None:
    services.wake_up.notify(queues.ALIGNMENT, f"{source_id}:{position}")


def add(
    services: Services,
    curated: CuratedAnswers,
    actor: Actor,
    base_id: str,
    question: str,
    answer: str,
) -> int:
    """Keep an answer of the team; return its id. Raises Forbidden, NotAccepted, UnknownSource."""
    with audited(services, actor, "editor") as note:
        made = curated.add(base_id, question, answer, actor.name)
        note("answer curated", str(made))
    return made


def change(
    services: Services,
    curated: CuratedAnswers,
    actor: Actor,
    curated_id: int,
    question: str,
    answer: str,
) -> None:
    """Replace an answer of the team. Raises Forbidden, NotAccepted, UnknownSource."""
    with audited(services, actor, "editor") as note:
        curated.change(curated_id, question, answer, actor.name)
        note("answer curated", str(curated_id))


def remove(services: Services, curated: CuratedAnswers, actor: Actor, curated_id: int) -> None:
    """Forget an answer of the team. Raises Forbidden or UnknownSource."""
    with audited(services, actor, "editor") as note:
        curated.remove(curated_id)
        note("answer removed", str(curated_id))


def correct(
    services: Services, corrections: Corrections, actor: Actor, chunk_id: int, text: str
) -> None:
    """Have a passage say *text*. Raises Forbidden, NotAccepted, UnknownSource."""
    with audited(services, actor, "editor") as note:
        corrections.correct(chunk_id, text, actor.name)
        note("passage corrected", str(chunk_id))


def silence(services: Services, corrections: Corrections, actor: Actor, chunk_id: int) -> None:
    """Have a passage found no more. Raises Forbidden or UnknownSource."""
    with audited(services, actor, "editor") as note:
        corrections.silence(chunk_id, actor.name)
        note("passage silence", str(chunk_id))


def restore(services: Services, corrections: Corrections, actor: Actor, chunk_id: int) -> None:
    """Have a passage as it was read. Raises Forbidden or UnknownSource."""
    with audited(services, actor, "editor") as note:
        corrections.restore(chunk_id, actor.name)
        note("passage restore", str(chunk_id))
