"""The API's alerts: raise one, read one's own, and how one wants to be told."""

from typing import Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from actions import notifier as acts
from actions.notifier import News
from actions.services import Services
from agent.spec import Wording
from bot.access import needs
from bot.lists import BY_NUMBER, List, Listed, Page
from store.people.alert_wishes import AlertWishes
from store.people.alerts import Alert

ALERTS = Tag(name="alerts", description="Tell people, once each, by the ways they chose")
Json = dict[str, Any]


class AlertIn(BaseModel):
    """What is told. A text may be one string, or one for each of es, en and pt."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "example": {
                "key": "weekly-report-2026-49",
                "subject": {"es": "Menos respuestas citadas", "en": "Fewer answers cite"},
                "text": {"es": "Esta semana citaron 81 %.", "en": "81 % cited this week."},
                "link": "/studio/es/insights",
            }
        },
    )

    key: str = Field(description="names the event; the same key is told once")
    subject: Wording
    text: Wording = Wording()
    link: str = Field("", max_length=300, description="a path of the studio")
    kind: str = "lab"
    to: list[str] = Field([], description="e-mail addresses; none: every editor and administrator")


class AlertsMade(BaseModel):
    """How many alerts that made; 0 when all of it had been told."""

    alerts: int


class AlertOut(BaseModel):
    """What the caller was told in the studio. `read_at`: 0 while it is unread."""

    id: int
    kind: str
    subject: str
    text: str
    link: str
    created_at: float
    read_at: float

    @classmethod
    def of(cls, alert: Alert) -> Json:
        """Return what is shown of *alert*."""
        return {name: getattr(alert, name) for name in cls.model_fields}


class AlertsOut(Listed):
    """The caller's alerts, the newest first."""

    alerts: list[AlertOut]


class ReadIn(BaseModel):
    """Everything up to this alert has been read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    up_to: int = Field(ge=0, le=2**62)


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _told(blueprint, services)
    _wishes(blueprint, services)


def _told(blueprint: APIBlueprint, services: Services) -> None:
    alerts = services.store.alerts

    @blueprint.post("/alerts", tags=[ALERTS], responses={201: AlertsMade})
    @needs("editor")
    def raise_alert(body: AlertIn) -> tuple[Json, int]:
        """Tell people something

        Each gets it in their language, by the ways and in the hours they chose.
        """
        news = News(body.kind, body.key, body.subject, body.text, body.link)
        return {"alerts": acts.alert(services, g.actor, news, body.to)}, 201

    @blueprint.get("/alerts", tags=[ALERTS], responses={200: AlertsOut})
    @needs("viewer")
    def list_alerts(query: Page) -> Response:
        """List what you were told"""

        def fetch(before: int | None, most: int) -> Any:
            return alerts.of(g.actor.name, most, before or 0)

        return List("alerts", BY_NUMBER, fetch, lambda one: one.id, AlertOut.of).answer(query)

    @blueprint.post("/alerts/read", tags=[ALERTS], responses={204: None})
    @needs("viewer")
    def read_alerts(body: ReadIn) -> tuple[str, int]:
        """Note what you have read"""
        acts.read(services, g.actor, body.up_to)
        return "", 204


def _wishes(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/alerts/wishes", tags=[ALERTS], responses={200: AlertWishes})
    @needs("viewer")
    def read_wishes() -> Json:
        """Read how you want to be told"""
        return services.store.alerts.wishes(g.actor.name).model_dump(mode="json")

    @blueprint.put("/alerts/wishes", tags=[ALERTS], responses={200: AlertWishes})
    @needs("viewer")
    def write_wishes(body: AlertWishes) -> Json:
        """Set how you want to be told"""
        acts.wish(services, g.actor, body)
        return body.model_dump(mode="json")
