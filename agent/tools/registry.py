"""Which tools there are. A spec picks from these by name."""

import functools
from collections.abc import Callable, Sequence

from langchain_core.tools import BaseTool

from agent.spec import ToolName
from agent.tools import catalog, financing, handoff, knowledge

TOOLS: dict[ToolName, Callable[[], BaseTool]] = {
    "catalog": catalog.build,
    "financing": financing.build,
    "handoff": handoff.build,
    "knowledge": knowledge.build,
}


def tools_of(names: Sequence[ToolName]) -> list[BaseTool]:
    """Return the tools a spec picked, each once and the same for every agent."""
    return [_tool(name) for name in dict.fromkeys(names)]


@functools.cache
def _tool(name: ToolName) -> BaseTool:
    return TOOLS[name]()
