"""Whether this process is up, whether its stores are, and what waits in them."""

from typing import Any

from flask import Blueprint, Response, request
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from actions.services import Services
from agent.reachable import vectors_answer
from bot.access import Access
from store import metrics
from store.spool import Spool

NOT_WRITABLE = "not writable"


def health(services: Services, access: Access, spool: Spool) -> Blueprint:
    """Return the routes that monitors call."""
    receiver = Blueprint("health", __name__)
    shown = metrics.registry(services.database, spool)

    @receiver.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @receiver.get("/readyz")
    def readyz() -> tuple[dict[str, Any], int]:
        parts = {
            "database": _word(_database(services)),
            "spool": _spool(spool),
            "redis": _word(_redis(services)),
            "chroma": _word(vectors_answer(services.settings.chroma_in_force)),
        }
        # Who balances by this address sends nothing here after a 503, and most providers tell a
        # message only once. So 503 is for the one state in which nothing can be acknowledged:
        # neither the database nor the spool takes it. Everything else is named and degraded.
        if parts["database"] == "down" and parts["spool"] == NOT_WRITABLE:
            return {"status": "down", "parts": parts}, 503
        status = "ok" if set(parts.values()) == {"ok"} else "degraded"
        return {"status": status, "parts": parts}, 200

    @receiver.get("/metrics")
    def metrics_page() -> Response:
        refusal = access.refuse(request, "viewer")
        return refusal or Response(generate_latest(shown), content_type=CONTENT_TYPE_LATEST)

    return receiver


def _word(is_up: bool) -> str:
    return "ok" if is_up else "down"


def _spool(spool: Spool) -> str:
    if not spool.is_writable():
        return NOT_WRITABLE
    return f"{waiting} waiting" if (waiting := len(spool.waiting())) else "ok"


def _database(services: Services) -> bool:
    try:
        with services.database.read() as tx:
            tx.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _redis(services: Services) -> bool:
    try:
        services.redis.ping()
    except RedisError:
        return False
    return True
