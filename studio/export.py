"""What can be downloaded: a plain address each, so that no file of figures is kept anywhere."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from actions import conversations
from agent.errors import AgentError
from store.people.people import Person
from studio.errors import StudioError
from studio.pages import insights
from studio.request_checks import EXPORTS
from studio.state import Studio


class Exports:
    """The downloads of one installation."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def routes(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter()
        router.get(EXPORTS[0])(self.figures)
        return router

    def figures(
        self, request: Request, since: str = "", until: str = "", agent: str = ""
    ) -> Response:
        """Return the figures of a span as CSV."""
        person: Person = request.scope["person"]
        try:
            figures = insights.between(self._studio, _Caller(person.email), since, until, agent)
        except (AgentError, StudioError):
            return PlainTextResponse("", 400)
        conversations.export_figures(self._studio.services, person.actor, since, until)
        return Response(
            insights.exported(figures),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="insights-{since}-{until}.csv"'},
        )


class _Caller:
    def __init__(self, username: str) -> None:
        self.username: str | None = username
