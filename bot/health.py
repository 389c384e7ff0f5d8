"""Whether this process is up, whether its stores are, and what waits in them."""

from typing import Any

from flask import Blueprint, Response, request
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from agent.services import Services
from bot import access, metrics
from bot.spool import Spool


def health(services: Services, spool: Spool) -> Blueprint:
    """Return the routes that monitors call."""
    door = Blueprint("health", __name__)
    shown = metrics.registry(services.database, spool)

    @door.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @door.get("/readyz")
    def readyz() -> tuple[dict[str, Any], int]:
        parts = {"database": _database(services), "redis": _redis(services)}
        parts["spool"] = f"{waiting} waiting" if (waiting := len(spool.waiting())) else "ok"
        if parts["database"] == "down":
            return {"status": "down", "parts": parts}, 503
        # Without Redis messages are still taken and kept, so traffic must go on coming here.
        status = "ok" if set(parts.values()) == {"ok"} else "degraded"
        return {"status": status, "parts": parts}, 200

    @door.get("/metrics")
    def metrics_page() -> Response:
        if not access.has_key(services.settings, request) and not access.is_local(request):
            return access.refuse(services.settings, request) or Response(status=403)
        return Response(generate_latest(shown), content_type=CONTENT_TYPE_LATEST)

    return door


def _database(services: Services) -> str:
    try:
        with services.database.read() as tx:
            tx.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "down"
    return "ok"


def _redis(services: Services) -> str:
    try:
        services.redis.ping()
    except RedisError:
        return "down"
    return "ok"
