"""Files that a browser brought, on their way into knowledge."""

from collections.abc import Sequence
from pathlib import Path

from actions.sources import Into, add_file
from knowledge.errors import KnowledgeError
from store.people.people import Person
from studio.state import Studio
from studio.wiring import sentence


def uploaded(studio: Studio, person: Person, into: Into, paths: Sequence[str]) -> str:
    """Add files; return what is wrong with those that cannot be added, which harm no other.

    The copies that Gradio made of them are deleted.
    """
    complaints = []
    for path in map(Path, paths):
        try:
            with path.open("rb") as data:
                add_file(studio.services, person.actor, into, path.name, data)
        except KnowledgeError as error:
            complaints.append(f"{path.name}: {sentence(studio, error)}")
        finally:
            path.unlink(missing_ok=True)
    return " ".join(complaints)
