"""The tool with which a model searches the agent's knowledge once more, in its own words."""

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from agent.lookup import TurnContext
from agent.prompt import numbered_block


class KnowledgeQuery(BaseModel):
    """What to look for."""

    query: str = Field(description="a few key words, in the language of the documents")


def knowledge(query: str, runtime: ToolRuntime[TurnContext]) -> str:
    """Search the company's documents. Use it when the passages you were given do not hold the
    answer."""
    turn = runtime.context
    found = turn.retriever.search(query, turn.base_ids, turn.top_k, turn.hybrid)
    return numbered_block(turn.number(found))


def build() -> BaseTool:
    """Return the tool."""
    return StructuredTool.from_function(knowledge, args_schema=KnowledgeQuery)
