"""The studio's host: our own login and guard around one Gradio app in each language."""

import logging
import warnings
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from starlette.types import ASGIApp

from actions.services import Services, open_services
from agent import running
from agent.answering import Answering, open_answering
from agent.log import configure
from agent.private import keep_private
from agent.settings import Settings
from knowledge.base import MAX_BYTES
from store.people.people import LANGUAGES, Person
from studio import shell, theme
from studio.auth_routes import AuthRoutes
from studio.checks.calls import Calls
from studio.checks.front import Checks
from studio.checks.uploads import Uploads
from studio.document import Document
from studio.export import Exports
from studio.files import Files
from studio.proxied import Proxied
from studio.request_checks import HOME, RequestChecks
from studio.results import Results
from studio.state import Studio

log = logging.getLogger(__name__)

SERVER: dict[str, Any] = {"log_config": None, "proxy_headers": False}  # `Proxied` looks at these


def create_app(services: Services, answering: Answering) -> ASGIApp:
    """Return the whole studio: guard, login pages, and /studio/es and /studio/en."""
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    host.include_router(AuthRoutes(services, theme.login_style()).routes())
    host.include_router(Exports(Studio(services, answering, LANGUAGES[0])).routes())
    host.include_router(Files(services).routes())
    host.include_router(Results(services).routes())
    with warnings.catch_warnings():  # Gradio warns that it leaves off what is off anyway
        warnings.filterwarnings("ignore", "SSR mode is not supported", UserWarning)
        apps = {one: _mount(host, Studio(services, answering, one)) for one in LANGUAGES}
    scripts = {language: theme.script(language) for language in LANGUAGES}
    pages = Document(host, scripts, theme.style())
    checks = Checks(pages, {one: Calls(apps[one]) for one in LANGUAGES}, Uploads())
    guard = RequestChecks(
        checks, services.store.people, services.settings.environment == "production"
    )
    return Proxied(guard, services.settings.proxies)


def _mount(host: FastAPI, studio: Studio) -> gr.Blocks:
    settings = studio.services.settings
    app = shell.build(studio)
    gr.mount_gradio_app(
        host,
        app,
        path=f"{HOME}/{studio.language}",
        server_name="127.0.0.1",
        server_port=settings.studio_port,
        footer_links=[],
        run_history=False,
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
        auth_dependency=_email,
        allowed_paths=[],
        blocked_paths=[str(settings.files_dir.resolve())],
        show_error=False,
        max_file_size=3 * MAX_BYTES,  # Gradio says it in English; up to here we say it ourselves
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme.theme(),
        css=theme.style(),
    )
    # Gradio 6.31 sets these in `launch` alone. Without the first it copies any file of the machine
    # that a request names; without the second it serves a named SVG as one of its own pages.
    app.has_launched = app.is_running = True
    # A browser speaks HTTP/1.1 to one host over six connections, and each open page held one only
    # to say that it is open: the seventh waited for ever.
    app.config["connect_heartbeat"] = False
    return app


def _email(request: Request) -> str | None:
    """Who is signed in: the guard has looked already."""
    person: Person | None = request.scope.get("person")
    return person.email if person else None


def main(settings: Settings) -> None:
    """Serve the studio in this one process: Gradio keeps its queue in memory."""
    configure(settings.log_level)
    keep_private()
    running.hold(settings.data_dir)
    services = open_services(settings)
    address = "0.0.0.0" if settings.environment == "production" else "127.0.0.1"  # noqa: S104
    uvicorn.run(
        # Built inside the running loop: outside one, Gradio makes a loop for each of its locks.
        lambda: create_app(
            services, open_answering(services.settings, services.database, services.embedders)
        ),
        factory=True,
        host=address,
        port=settings.studio_port,
        **SERVER,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
