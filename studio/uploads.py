"""Files that a browser brought, on their way into knowledge."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actions.sources import Into, OnSame, add_file
from knowledge.errors import KnowledgeError
from store.people.people import Person
from studio.state import Studio
from studio.wiring import sentence


@dataclass(frozen=True)
class Uploaded:
    """What is wrong with files that could not be added, and those whose names are there."""

    complaint: str = ""
    same: tuple[str, ...] = ()  # paths, kept until somebody has said what becomes of them


def uploaded(
    studio: Studio,
    person: Person,
    into: Into,
    paths: Sequence[str],
    on_same: OnSame = OnSame.ASK,
) -> Uploaded:
    """Add files; one that cannot be added harms no other.

    The copies that Gradio made of them are deleted.
    """
    complaints, same = [], []
    for path in map(Path, paths):
        try:
            with path.open("rb") as data:
                add_file(studio.services, person.actor, into, path.name, data, on_same)
        except KnowledgeError as error:
            if error.code == "same_name":
                same.append(str(path))
                continue
            complaints.append(f"{path.name}: {sentence(studio, error)}")
        path.unlink(missing_ok=True)
    return Uploaded(" ".join(complaints), tuple(same))
