"""What runs the tools of a spec, by the kind of their record."""

import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.tools import BaseTool

from agent.lookup import Lookup
from agent.toolkit.records import Tool
from agent.tools import calculator, catalog, handoff, knowledge

log = logging.getLogger(__name__)

KINDS: Mapping[str, Callable[[Any], BaseTool]] = {
    "calculator": calculator.build,
    "handoff": lambda _: handoff.build(),
    "knowledge": lambda _: knowledge.build(),
}
KEPT = 256  # of tools that know what occurs in a table


def tools_of(records: Sequence[Tool], known: catalog.Values = ()) -> list[BaseTool]:
    """Return what runs *records*, each the same for every agent that has it.

    *known* is what occurs in the agent's tables, so that models need not guess its words.
    """
    return [_tool(one, known if one.kind == "table" else ()) for one in records]


def values_for(
    records: Sequence[Tool], retriever: Lookup, base_ids: Sequence[str]
) -> catalog.Values:
    """Return what occurs in the tables that tools of *records* look into.

    A table that cannot be read is no reason not to answer: the tool will say so when it is asked.
    """
    if not any(one.kind == "table" for one in records):
        return ()
    try:
        return catalog.values(tuple(retriever.rows(base_ids)))
    except Exception:
        log.warning("the values of a table could not be read", exc_info=True)
        return ()


@functools.lru_cache(maxsize=KEPT)
def _tool(record: Tool, known: catalog.Values) -> BaseTool:
    return catalog.build(known) if record.kind == "table" else KINDS[record.kind](record)
