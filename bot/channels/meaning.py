"""What a provider's error code means for a send: what to do, and what staff read."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What to do about it."""

    RETRY = "retry"  # surely not taken, and soon it may be
    WAIT = "wait"  # surely not taken; a quota or a full queue must drain first
    PERMANENT = "permanent"  # it will never be taken as it is
    SETUP = "setup"  # somebody must change a setting first
    UNCLEAR = "unclear"  # the provider itself says that a repetition may send it twice


@dataclass(frozen=True)
class Meaning:
    """One code, for the program and for staff."""

    kind: Kind
    sentence: str


Table = tuple[tuple[Kind, str, tuple[int, ...]], ...]


def by_code(table: Table) -> dict[int, Meaning]:
    """Return the meanings by code."""
    return {code: Meaning(kind, sentence) for kind, sentence, codes in table for code in codes}
