"""The API's insights: the figures of a span of days."""

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from actions import conversations as acts
from actions.services import Services
from bot.access import needs
from bot.bodies import Body
from bot.schemas import AgentId
from store.insights.insights import Span

INSIGHTS = Tag(name="insights", description="How the agents do")
LISTS = ("costs", "reasons", "missed", "cited")
Json = dict[str, Any]


class SpanQuery(Body):
    """Which days, the last one included, and whose."""

    first: date
    last: date
    agent: AgentId | None = Field(None, description="empty: every agent's")


class TotalsOut(BaseModel):
    """The whole span in a line."""

    conversations: int
    answers: int
    handed_off: int = Field(description="conversations that a person was wanted in")
    fallbacks: int
    missed: int = Field(description="questions nothing was found for")
    cost: float
    alone: float | None = Field(description="the share no person was wanted in, 0 to 1")


class WaitsOut(BaseModel):
    """How long customers waited, in seconds: the median, and the 95th percentile."""

    half_within: float
    nearly_all_within: float


class DayOut(BaseModel):
    """One day: messages by author, and waits."""

    day: date
    customers: int
    agents: int
    people: int
    waits: WaitsOut | None


class CostOut(BaseModel):
    """What one agent cost on one day."""

    day: date
    agent: str
    answers: int
    cost: float


class CountedOut(BaseModel):
    """Something, how often, and when last."""

    name: str
    times: int
    last_at: float


class InsightsOut(BaseModel):
    """The figures of a span."""

    totals: TotalsOut
    waits: WaitsOut | None
    days: list[DayOut]
    costs: list[CostOut]
    reasons: list[CountedOut] = Field(description="why persons were wanted")
    missed: list[CountedOut] = Field(description="questions nothing was found for")
    cited: list[CountedOut] = Field(description="sources by id")


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the route to *blueprint*."""
    insights = services.store.insights

    @blueprint.get("/insights", tags=[INSIGHTS], responses={200: InsightsOut})
    @needs("viewer")
    def read_insights(query: SpanQuery) -> Json:
        """Read the figures of a span of days

        At most two years. That they were read stands in the audit log.
        """
        span = Span(query.first, query.last, query.agent or "")
        acts.export_figures(services, g.actor, str(query.first), str(query.last))
        totals = insights.totals(span)
        days, waits = insights.days(span)
        told = {name: [asdict(one) for one in getattr(insights, name)(span)] for name in LISTS}
        return InsightsOut.model_validate(
            {
                "totals": {**asdict(totals), "alone": totals.alone},
                "waits": asdict(waits) if waits else None,
                "days": [asdict(day) for day in days],
                **told,
            }
        ).model_dump(mode="json")
