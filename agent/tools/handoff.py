"""The tool with which a model passes the customer to a person."""

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from agent.answer import Handoff
from agent.lookup import TurnContext


class HandoffReason(BaseModel):
    """Why a person is needed."""

    reason: str = Field(description="one short sentence: what the person should know")


def handoff(reason: str, runtime: ToolRuntime[TurnContext]) -> str:
    """Pass the customer to a person of the team. Use it when the customer asks for a person,
    complains angrily, or needs something you cannot do."""
    runtime.context.handoff = Handoff(reason.strip()[:300] or "The agent asked for a person.")
    return "A person of the team has been told and will take over."


def build() -> BaseTool:
    """Return the tool; calling it ends the turn, for there is nothing left to say."""
    return StructuredTool.from_function(handoff, args_schema=HandoffReason, return_direct=True)
