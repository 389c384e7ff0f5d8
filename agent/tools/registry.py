"""Which tools there are. A spec picks from these by name."""

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
    """Build the tools a spec picked, each once."""
    return [TOOLS[name]() for name in dict.fromkeys(names)]
