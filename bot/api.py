"""The HTTP API: every route that a token opens. One noun, one file (`bot/api_*.py`)."""

import math
from typing import Any

from flask import Response, current_app, request
from flask_openapi3.blueprint import APIBlueprint

from actions.services import Services
from agent.actor import Role
from agent.bounded_json import is_tangled
from bot import (
    api_agents,
    api_alerts,
    api_answers,
    api_bases,
    api_channels,
    api_chat,
    api_conversations,
    api_datasets,
    api_experiments,
    api_insights,
    api_knowledge,
    api_labels,
    api_notebooks,
    api_people,
    api_replays,
    api_shares,
    api_sources,
    api_trials,
    api_turns,
    api_undelivered,
    api_versions,
)
from bot.access import Access, role_of
from bot.failures import problem
from bot.schemas import ProblemOut

NOUNS = (
    api_agents,
    api_versions,
    api_shares,
    api_knowledge,
    api_bases,
    api_sources,
    api_answers,
    api_conversations,
    api_undelivered,
    api_turns,
    api_people,
    api_insights,
    api_channels,
    api_alerts,
    api_datasets,
    api_experiments,
    api_trials,
    api_labels,
    api_notebooks,
    api_replays,
)


def api(services: Services, access: Access, chat_seconds: float) -> APIBlueprint:
    """Return every route that a token opens."""
    problems: Any = dict.fromkeys((401, 403, 404, 422, 429), ProblemOut)
    blueprint = APIBlueprint(
        "api",
        __name__,
        abp_security=[{"key": []}],
        abp_responses=problems,
    )
    blueprint.before_request(lambda: access.refuse(request, _needed()) or _unstorable())
    for noun in NOUNS:
        noun.add(blueprint, services)
    api_chat.add(blueprint, services, chat_seconds)
    return blueprint


def _needed() -> Role:
    return role_of(current_app.view_functions[str(request.endpoint)])


def _unstorable() -> Response | None:
    """Refuse infinite numbers, and tangles before they are parsed. Texts are mended when read."""
    if not request.is_json:
        return None
    if is_tangled(request.get_data()):
        return problem(413, "This has too many values, or they lie too deep.")
    if not _storable(request.get_json(silent=True)):
        return problem(422, "The JSON has a value that cannot be stored.")
    return None


def _storable(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_storable, value.values()))
    return all(map(_storable, value)) if isinstance(value, list) else True
