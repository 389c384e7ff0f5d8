"""The bot: webhooks and API in one process, which `python -m bot` serves (`serving.server`).

It answers nobody itself, so it loads neither the models' library nor the vector store.
"""

import logging
import sys
import time
from functools import partial

from flask import Flask, Response, g, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from actions.intake import accept
from actions.services import Services, open_services
from agent import log as logs
from agent import running
from agent.errors import Invalid
from agent.private import keep_private
from agent.settings import Settings
from bot import failures, release_check
from bot.access import Access
from bot.api import api
from bot.docs import docs
from bot.health import health
from bot.schemas import ProblemOut
from bot.webhooks import verification, webhooks
from channels.registry import receivers
from serving.limits import BOT, OTHERS
from serving.server import serve
from serving.storable_json import use_storable_json
from store.spool import Spool

log = logging.getLogger(__name__)

# The thread that writes to SQLite has to take the interpreter's lock back at every statement, while
# the others queue for the disk behind it: Python lets others keep that lock for 5 ms each time.
SWITCH_SECONDS = 0.0005
CHAT_SECONDS = 60.0
PATIENCE_SECONDS = 2.0  # for the database: Chatwoot gives up after 5 (its WEBHOOK_TIMEOUT)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
}


def create_app(services: Services, chat_seconds: float = CHAT_SECONDS) -> Flask:
    """Return the bot's app over *services*."""
    app = OpenAPI(
        __name__,
        info=Info(title="Agent Studio", version="1", description="Agents that answer customers."),
        security_schemes={"key": {"type": "http", "scheme": "bearer"}},
        validation_error_callback=failures.invalid,
        validation_error_model=ProblemOut,
        doc_ui=False,
    )
    use_storable_json(app)
    app.config["MAX_CONTENT_LENGTH"] = OTHERS.most_bytes  # knowledge has its own limit
    failures.register(app)
    release_check.register(app)
    app.before_request(_start_clock)
    app.after_request(_finish)
    spool = Spool(services.settings.data_dir / "spool", partial(accept, services))
    app.extensions["spool"] = spool
    app.register_blueprint(webhooks(services, receivers(services.settings), spool))
    app.register_blueprint(verification(services.settings))
    access = Access(services)
    app.register_blueprint(health(services, access, spool))
    app.register_api(api(services, access, chat_seconds))
    app.register_blueprint(docs(app))
    return app


def from_environment() -> Flask:
    """Return the app of this installation. Exits with a sentence when it has no token."""
    settings = Settings()
    logs.configure(settings.log_level)
    keep_private()
    running.hold(settings.data_dir)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        app = create_app(open_services(settings, patience=PATIENCE_SECONDS))
    except Invalid as error:
        sys.exit(str(error))
    app.extensions["spool"].start()
    return app


def main() -> None:
    """Serve until stopped."""
    app, settings = from_environment(), Settings()
    host = "0.0.0.0" if settings.environment == "production" else "127.0.0.1"  # noqa: S104
    log.info("bot on http://%s:%s", host, settings.bot_port)
    serve(app, host, settings.bot_port, BOT)


def _start_clock() -> None:
    g.started = time.perf_counter()


def _finish(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    rule = request.url_rule.rule if request.url_rule else "-"  # never the path: it may hold words
    spent = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    log.info("%s %s %s %.0f ms", request.method, rule, answer.status_code, spent)
    return answer
