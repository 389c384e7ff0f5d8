"""A tool as the built-in model sees it: what it is about, and what it has to be told."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from agent.offline.amounts import Unit


@dataclass(frozen=True)
class Slot:
    """One argument of a tool."""

    name: str
    unit: Unit | None  # of a number; None: words
    said_as: tuple[str, ...]
    values: tuple[Any, ...]  # that occur; of a number, the lowest and the highest
    choices: Mapping[str, tuple[str, ...]]  # of a fixed list: how each is said
    is_place: bool

    @property
    def bound(self) -> str:
        """`min` or `max` of a number that limits a search."""
        return self.name[-3:] if self.name.endswith(("_min", "_max")) else ""


@dataclass(frozen=True)
class Frame:
    """A tool as the built-in model sees it: what it is about, and its slots."""

    tool: str
    said_as: tuple[str, ...]
    slots: tuple[Slot, ...]

    @property
    def searches(self) -> bool:
        """True when it looks for values that occur; else it works something out."""
        return any(slot.values and slot.unit is None for slot in self.slots)

    @functools.cached_property
    def phrases(self) -> list[str]:
        """Every way to say any part of it."""
        of_slots: Iterable[Iterable[str]] = (
            (*slot.said_as, *chain(*slot.choices.values())) for slot in self.slots
        )
        return [*self.said_as, *chain(*of_slots)]
