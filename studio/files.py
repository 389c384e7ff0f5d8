"""Customers' files for signed-in staff: shown in place where no browser can be hurt by them."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from actions import conversations
from actions.services import Services
from agent.errors import NotFound
from store.people.people import Person
from studio.request_checks import FILES

# Shown in place; everything else is handed over as a download that no browser opens.
SHOWN = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "audio/ogg",
    "audio/mpeg",
    "audio/aac",
    "audio/wav",
    "audio/mp4",
    "video/mp4",
)


class Files:
    """Hands out what customers sent. Each first look is in the audit log."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> APIRouter:
        """Return the route."""
        router = APIRouter()
        router.get(FILES + "{attachment_id}")(self.file)
        return router

    def file(self, request: Request, attachment_id: str) -> Response:
        """Return one file."""
        person: Person = request.scope["person"]
        try:
            found = conversations.see_file(self._services, person.actor, attachment_id)
        except NotFound:
            return PlainTextResponse("", 404)
        path = self._services.settings.media_dir / found.stored_name
        shown = found.media_type in SHOWN
        return FileResponse(
            path,
            media_type=found.media_type if shown else "application/octet-stream",
            filename=f"file{path.suffix}",
            content_disposition_type="inline" if shown else "attachment",
        )
