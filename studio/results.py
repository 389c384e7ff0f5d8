"""What a run of a notebook left, for signed-in staff: a page for a frame without rights."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from actions import notebooks as acts
from actions.services import Services
from agent.errors import NotFound
from store.people.people import Person
from studio.notebook_html import page
from studio.request_checks import RESULTS


class Results:
    """Hands out executed notebooks. Each look is in the audit log."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> APIRouter:
        """Return the route."""
        router = APIRouter()
        router.get(RESULTS + "{run_id}")(self.result)
        return router

    def result(self, request: Request, run_id: str) -> Response:
        """Return one executed notebook. The headers are `studio.request_checks`'s."""
        person: Person = request.scope["person"]
        try:
            executed = acts.see(self._services, person.actor, run_id)
        except NotFound:
            executed = None
        if executed is None:
            return PlainTextResponse("", 404)
        return HTMLResponse(page(executed, self._services.store.notebook_runs.get(run_id).cell))
