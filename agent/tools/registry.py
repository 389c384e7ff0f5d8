"""Which tools there are. A spec picks from these by name."""

import functools
import logging
from collections.abc import Callable, Sequence

from langchain_core.tools import BaseTool

from agent.lookup import Lookup
from agent.spec import ToolName
from agent.tools import catalog, financing, handoff, knowledge

log = logging.getLogger(__name__)

TOOLS: dict[ToolName, Callable[[], BaseTool]] = {
    "financing": financing.build,
    "handoff": handoff.build,
    "knowledge": knowledge.build,
}
KEPT = 256  # of tools that know what occurs in a table


def tools_of(names: Sequence[ToolName], known: catalog.Values = ()) -> list[BaseTool]:
    """Return the tools a spec picked, each once and the same for every agent.

    *known* is what occurs in the agent's catalogue, so that models need not guess its words.
    """
    return [_tool(name, known if name == "catalog" else ()) for name in dict.fromkeys(names)]


def values_for(
    names: Sequence[ToolName], retriever: Lookup, base_ids: Sequence[str]
) -> catalog.Values:
    """Return what occurs in the tables that the tools called so search.

    A table that cannot be read is no reason not to answer: the tool will say so when it is asked.
    """
    if "catalog" not in names:
        return ()
    try:
        return catalog.values(tuple(retriever.rows(base_ids)))
    except Exception:
        log.warning("the values of the catalogue could not be read", exc_info=True)
        return ()


@functools.lru_cache(maxsize=KEPT)
def _tool(name: ToolName, known: catalog.Values) -> BaseTool:
    return catalog.build(known) if name == "catalog" else TOOLS[name]()
