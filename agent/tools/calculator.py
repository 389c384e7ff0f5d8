"""The tool that a calculator's record makes: what a model may say to it, and what it says back."""

import json
from typing import Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field, create_model

from agent.lookup import TurnContext
from agent.toolkit.calculation import calculate
from agent.toolkit.records import CalculatorTool, Input

_HOUSE = "Never work it out yourself; leave out what the customer did not say; ask as it says."
_MEANT = {"money": "amount of money", "percent": "percent", "whole": "whole number"}


def build(record: CalculatorTool) -> BaseTool:
    """Return the tool of *record*."""

    def run(runtime: ToolRuntime[TurnContext], **given: Any) -> str:
        outcome = calculate(record, given, runtime.context.language)
        rows = [{name: str(value) for name, value in row.items()} for row in outcome.rows]
        found = {"say": outcome.say, "missing": outcome.missing, "figures": rows}
        return json.dumps({key: value for key, value in found.items() if value}, ensure_ascii=False)

    return StructuredTool.from_function(
        run,
        name=record.name,
        description=f"{record.when} {_HOUSE} ({', '.join(record.said_as)})",
        args_schema=schema(record),
    )


def schema(record: CalculatorTool) -> type[BaseModel]:
    """Return what a model may say to the tool: every input, none of which has to be said."""
    fields: dict[str, Any] = {one.name: (_type(one), _field(one)) for one in record.inputs}
    return create_model("Calculation", __doc__="What the customer said.", **fields)


def _type(one: Input) -> Any:
    if one.type == "choice":
        return Literal[tuple(choice.name for choice in one.choices)] | None
    return float | None


def _field(one: Input) -> Any:
    """In parentheses: how customers say it, as `agent.offline.slots` reads it."""
    if one.type == "choice":
        options = (
            f"{each.name}: ({', '.join((each.name, *each.said_as))})" for each in one.choices
        )
        return Field(None, description="; ".join(options))
    unit = one.unit.in_language("en")
    meant = ", ".join(filter(None, [one.label.in_language("en"), _MEANT.get(one.type), unit]))
    said = ", ".join(dict.fromkeys(one.said_as))
    return Field(None, description=f"{meant or one.name} ({said})")
