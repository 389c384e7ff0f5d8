"""The API's labels: verdicts on answers, both ways, and blind choices between two answers."""

from typing import Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from actions import labels as acts
from actions.services import Services
from agent.agreement import agreement
from bot.access import needs
from bot.api_turns import TurnOut
from bot.lists import BY_NUMBER, List, Listed, Page
from bot.schemas import AgentId
from store.evaluation.labels import LONGEST, LONGEST_NAME, MINE, MOST_AT_ONCE, Label, NewLabel
from store.states import LabelBy, Review, Subject, Verdict

LABELS = Tag(name="labels", description="Verdicts on answers, by people, judges and code")
Json = dict[str, Any]


class LabelIn(BaseModel):
    """What is said of one answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject_id: str = Field(min_length=1, max_length=40, description="a turn's id, or a row's")
    verdict: Verdict
    subject: Subject = Subject.TURN
    comment: str = Field("", max_length=LONGEST)
    better: str = Field("", max_length=LONGEST, description="what should have been answered")
    by: LabelBy = LabelBy.PERSON
    name: str = Field(MINE, min_length=1, max_length=LONGEST_NAME)


class LabelsIn(BaseModel):
    """Labels, each in the place of the caller's last one about the same."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "example": {"labels": [{"subject_id": "9f0c", "verdict": "wrong", "comment": "2025"}]}
        },
    )

    labels: list[LabelIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class LabelsKept(BaseModel):
    """How many were kept."""

    labels: int


class LabelOut(BaseModel):
    """A label as it is kept."""

    id: int
    subject: Subject
    subject_id: str
    verdict: Verdict
    comment: str
    better: str
    by: LabelBy
    name: str
    person: str
    created_at: float

    @classmethod
    def of(cls, label: Label) -> Json:
        """Return what is shown of *label*."""
        return {name: getattr(label, name) for name in cls.model_fields}


class LabelsOut(Listed):
    """Labels of turns, the newest first."""

    labels: list[LabelOut]


class LabelsQuery(Page):
    """Which labels are listed."""

    agent: AgentId | None = Field(None, description="an agent's id")
    since: float = Field(0, ge=0, le=2.0**40, description="seconds since 1970")


class ReviewQuery(BaseModel):
    """Which turns are offered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: AgentId | None = Field(None, description="an agent's id")
    kind: Review = Review.NEWEST
    limit: int = Field(20, ge=1, le=200)


class ReviewOut(BaseModel):
    """Turns to be judged."""

    turns: list[TurnOut]


class AgentQuery(BaseModel):
    """Of which agent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: AgentId


class AgreementOut(BaseModel):
    """How people agree; `kappa` says something from ten pairs on (`enough`)."""

    pairs: int
    agreed: int
    kappa: float
    enough: bool


class PreferenceIn(BaseModel):
    """Two rows of an experiment as they were shown, and the better one (0: neither)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: int = Field(ge=1, le=2**62)
    second: int = Field(ge=1, le=2**62)
    better: int = Field(ge=0, le=2**62)


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _labels(blueprint, services)
    _review(blueprint, services)


def _labels(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.post("/labels", tags=[LABELS], responses={201: LabelsKept})
    @needs("agent")
    def label_answers(body: LabelsIn) -> tuple[Json, int]:
        """Label answers

        Each takes the place of the caller's last label of that name about the same answer.
        """
        given = [NewLabel(**one.model_dump()) for one in body.labels]
        return {"labels": acts.label(services, g.actor, given)}, 201

    @blueprint.get("/labels", tags=[LABELS], responses={200: LabelsOut})
    @needs("viewer")
    def list_labels(query: LabelsQuery) -> Response:
        """List labels of turns, the newest first"""

        def fetch(after: int | None, limit: int) -> Any:
            return services.store.labels.page(query.agent or "", after, limit, query.since)

        rows = List("labels", BY_NUMBER, fetch, lambda one: one.id, LabelOut.of)
        return rows.answer(query)

    @blueprint.post("/preferences", tags=[LABELS], responses={204: None})
    @needs("agent")
    def prefer_answer(body: PreferenceIn) -> tuple[str, int]:
        """Say which of two answers is better, not knowing whose they are"""
        acts.prefer(services, g.actor, body.first, body.second, body.better)
        return "", 204


def _review(blueprint: APIBlueprint, services: Services) -> None:
    labels = services.store.labels

    @blueprint.get("/labels/review", tags=[LABELS], responses={200: ReviewOut})
    @needs("agent")
    def list_unlabelled(query: ReviewQuery) -> Json:
        """List turns that you have not judged yet"""
        found = labels.to_review(g.actor.name, query.agent or "", query.kind, query.limit)
        return {"turns": [TurnOut.of(one) for one in found]}

    @blueprint.get("/labels/agreement", tags=[LABELS], responses={200: AgreementOut})
    @needs("viewer")
    def read_agreement(query: AgentQuery) -> Json:
        """See how people agree about an agent's answers"""
        found = agreement(labels.pairs(query.agent))
        return {
            "pairs": found.pairs,
            "agreed": found.agreed,
            "kappa": found.kappa,
            "enough": found.is_enough,
        }
