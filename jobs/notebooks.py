"""Runs one notebook: leased, executed in a sealed kernel, kept; its token ends with it."""

import logging
import socket
from typing import Any
from urllib.parse import urlsplit

from actions import notebooks as acts
from actions.services import Services, open_services
from agent.errors import AgentError
from agent.settings import Settings
from agent.text import storable
from jobs.executing import Api, Limits, Ran, execute
from store.evaluation.notebook_runs import Outcome, Run
from store.states import RunError

log = logging.getLogger(__name__)

SLACK_SECONDS = 120.0  # a token outlives the longest run by that
LONGEST_DETAIL = 2_000


def run(run_id: str) -> None:
    """Run it if it waits; if its worker died, say so."""
    services = open_services(Settings())
    try:
        take(services, run_id, Limits())
    finally:
        services.database.close()


def take(services: Services, run_id: str, limits: Limits) -> None:
    """The same, with given *limits*."""
    acts.end_left_behind(services, run_id)
    leased = services.store.notebook_runs.lease(run_id)
    if leased:
        log.info("notebook run taken run=%s", run_id)
        outcome = _outcome(services, leased, limits)
        acts.end(services, leased, outcome)
        log.info("notebook run ended run=%s error=%s", run_id, outcome.error)


def _outcome(services: Services, leased: Run, limits: Limits) -> Outcome:
    place = api_address(services.settings)
    if not acts.can_run():
        return Outcome(error=RunError.UNSEALED)
    if place is None:
        return Outcome(error=RunError.UNREACHED)
    try:
        token = acts.lend_token(services, leased, limits.seconds + SLACK_SECONDS)
    except AgentError:
        return Outcome(error=RunError.NO_RIGHT)
    runs = services.store.notebook_runs
    body = runs.body(leased.id)
    api = Api(*place, token, leased.id)
    ran = execute(body, leased.parameters, api, limits, lambda: runs.goes_on(leased))
    return _kept(ran, token)


def _kept(ran: Ran, token: str) -> Outcome:
    """What is kept of it: never the token, which a cell may have printed."""
    executed = storable(without(ran.notebook, token))
    detail = str(without(ran.detail, token))[:LONGEST_DETAIL]
    return Outcome(executed, ran.error, ran.cell, detail, ran.seconds, ran.memory)


def without(value: Any, secret: str) -> Any:
    """Return *value*, as JSON has it, with the secret struck out."""
    if isinstance(value, str):
        return value.replace(secret, "***")
    if isinstance(value, dict):
        return {str(without(key, secret)): without(one, secret) for key, one in value.items()}
    return [without(one, secret) for one in value] if isinstance(value, list) else value


def api_address(settings: Settings) -> tuple[str, int] | None:
    """Where a run reaches the API: a numeric address and a port; None where it has none."""
    if not settings.notebook_api:
        return "127.0.0.1", settings.bot_port
    parts = urlsplit(settings.notebook_api)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except OSError:
        return None
    host, port = found[0][4][:2]
    return str(host), int(port)
