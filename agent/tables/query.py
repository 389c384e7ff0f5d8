"""Asking a table: filters, ranges, an order and an aggregate, over all its rows at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from agent.tables.table import Held, Table

Order = Literal["up", "down", "lowest", "highest"]


@dataclass(frozen=True)
class Query:
    """What is wanted of a table; everything by the headings of its columns."""

    words: Mapping[str, str] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    order: tuple[str, Order] | None = None
    among: Sequence[int] | None = None  # rows that were shown before


@dataclass(frozen=True)
class Unknown:
    """Something that was asked for and that no row has."""

    heading: str
    asked: str
    there_are: Sequence[str]


@dataclass(frozen=True)
class Found:
    """The rows that fit, in order, and what nobody has."""

    rows: npt.NDArray[np.intp]
    unknown: Sequence[Unknown] = ()


def ask(table: Table, query: Query) -> Found:
    """Return every row of *table* that fits *query*."""
    fits = np.ones(len(table.rows), dtype=bool)
    if query.among is not None:
        fits[:] = False
        fits[list(query.among)] = True
    unknown = []
    for heading, wanted in query.words.items():
        held = table.column(heading)
        chosen = held.index.closest(wanted)
        if not chosen:
            unknown.append(Unknown(heading, wanted, held.values[:15]))
        fits &= np.isin(held.data, [held.places[value] for value in chosen])
    for heading, least in query.least.items():
        fits &= table.column(heading).data >= least
    for heading, most in query.most.items():
        fits &= table.column(heading).data <= most
    for heading, flag in query.flags.items():
        fits &= table.column(heading).data == float(flag)
    return Found(_ordered(table, np.flatnonzero(fits), query.order), unknown)


def _ordered(
    table: Table, rows: npt.NDArray[np.intp], order: tuple[str, Order] | None
) -> npt.NDArray[np.intp]:
    if order is None:
        return rows
    values = table.column(order[0]).data[rows]
    known, values = rows[~np.isnan(values)], values[~np.isnan(values)]
    if not len(known):
        return known
    if order[1] in ("lowest", "highest"):
        end = values.min() if order[1] == "lowest" else values.max()
        ends: npt.NDArray[np.intp] = known[values == end]
        return ends
    ranked: npt.NDArray[np.intp] = np.argsort(
        values if order[1] == "up" else -values, kind="stable"
    )
    return known[ranked]


def average(held: Held, rows: npt.NDArray[np.intp]) -> float | None:
    """Return the mean of the column over *rows*, to the cent; None when none has a figure."""
    values = held.data[rows]
    values = values[~np.isnan(values)]
    return round(float(values.mean()), 2) if len(values) else None
