"""The role matrix: every event of every page, called over HTTP as everybody."""

import json
from typing import Any

import httpx
import pytest

from studio.texts import say
from tests.studio.conftest import Site

# What the lowest role is that may call each handler, by page. Repeated events share a line.
MATRIX = {
    "shell": {"header": "viewer"},
    "tour": {"look": "viewer", "turn": "viewer"},
    "guide": {
        "first": "viewer",
        "go": "viewer",
        "greet": "viewer",
        "choose_tone": "viewer",
        "add_rule": "viewer",
        "choose_question": "viewer",
        "ask": "agent",
        "keep": "editor",
        "release": "editor",
    },
    "teaching": {"watch": "viewer", "upload": "editor", "write": "editor", "add_page": "editor"},
    "agents": {
        "first": "viewer",
        "choose": "viewer",
        "blank": "viewer",
        "reread": "viewer",
        "preview": "viewer",
        "export": "viewer",
        "save": "editor",
        "manage": "editor",
        "bring": "editor",
    },
    "releases": {
        "reread": "viewer",
        "compare": "viewer",
        "release": "editor",
        "release_anyway": "editor",
        "override": "admin",
        "share": "editor",
        "end_share": "editor",
        "change": "editor",
    },
    "playground": {
        "first": "viewer",
        "choose": "viewer",
        "reset": "viewer",
        "explain": "viewer",
        "cancel": "viewer",
        "ask": "agent",
        "simulate": "agent",
        "keep": "editor",
        "correct": "editor",
    },
    "evaluate": {
        "first": "viewer",
        "choose": "viewer",
        "watch": "viewer",
        "latest": "viewer",
        "see": "viewer",
        "look": "viewer",
        "run": "agent",
        "turn": "agent",
        "collect": "agent",
        "add": "editor",
        "upload": "editor",
        "change": "editor",
    },
    "knowledge": {
        "first": "viewer",
        "watch": "viewer",
        "choose": "viewer",
        "search": "viewer",
        "create": "editor",
        "arrive": "editor",
        "upload": "editor",
        "replace_same": "editor",
        "keep_both": "editor",
        "rename": "editor",
        "drop": "editor",
        "add_page": "editor",
        "write": "editor",
        "pair": "editor",
        "change": "editor",
    },
    "passages": {
        "at": "viewer",
        "look": "viewer",
        "cancel": "viewer",
        "change": "editor",
        "correct": "editor",
        "refresh": "editor",
        "rename": "editor",
    },
    "answers": {"look": "viewer", "begin": "viewer", "save": "editor", "remove": "editor"},
    "measuring": {
        "look": "viewer",
        "add": "editor",
        "remove": "editor",
        "run": "editor",
        "advise": "editor",
        "apply": "editor",
    },
    "inbox": {
        "first": "viewer",
        "choices": "viewer",
        "watch": "viewer",
        "look": "viewer",
        "choose": "viewer",
        "close": "viewer",
        "explain": "viewer",
        "deepen": "viewer",
        "own": "agent",
        "assign": "agent",
        "write": "agent",
        "keep_case": "editor",
        "open_conversation": "editor",
        "open_turn": "editor",
        "erase": "admin",
    },
    "correcting": {"fix": "editor", "keep": "editor"},
    "undelivered": {"first": "viewer", "turn": "viewer", "settle": "agent"},
    "insights": {"first": "viewer", "choices": "viewer", "look": "viewer", "between": "viewer"},
    "channels": {"first": "viewer", "check": "editor", "test": "editor"},
    "team": {
        "first": "viewer",
        "end_login": "viewer",
        "invite": "admin",
        "change": "admin",
        "turn": "admin",
        "look": "admin",
        "keep": "admin",
        "count": "admin",
    },
    "tokens": {"first": "viewer", "make": "viewer", "revoke": "viewer"},
    "alerts": {"first": "viewer", "read": "viewer", "wish": "viewer"},
    "tools": {
        "first": "viewer",
        "choose": "viewer",
        "preview": "viewer",
        "ask": "agent",
        "manage": "editor",
        "keep_table": "editor",
        "keep_calculator": "editor",
    },
    "pairs": {"first": "agent", "look": "agent", "prefer": "agent"},
    "replays": {
        "first": "viewer",
        "choose": "viewer",
        "watch": "viewer",
        "latest": "viewer",
        "see": "viewer",
        "windows": "viewer",
        "start": "agent",
        "turn": "agent",
        "words": "agent",
    },
    "review": {"first": "agent", "look": "agent", "judge": "agent"},
    "notebooks": {
        "first": "viewer",
        "open_": "viewer",
        "see": "viewer",
        "watch": "viewer",
        "upload": "editor",
        "run": "editor",
        "stop": "editor",
        "archive": "editor",
        "plan": "editor",
    },
    "panic": {"state": "viewer", "switch": "editor"},
    "simulator": {"look": "agent", "write": "agent", "attach": "agent", "clear": "agent"},
}
ROLES = ("", "viewer", "agent", "editor", "admin")


def needed(name: str) -> str:
    """The role that the endpoint `page_handler` or `page_handler_2` needs, by the matrix."""
    page, _, handler = name.partition("_")
    handlers = MATRIX[page]
    return handlers[handler] if handler in handlers else handlers[handler.rpartition("_")[0]]


def dependencies(client: httpx.Client, language: str = "es") -> list[dict[str, Any]]:
    """Every event that runs Python, with example inputs."""
    config = client.get(f"/studio/{language}/config").json()
    values = {part["id"]: part["props"].get("value") for part in config["components"]}
    found = [one for one in config["dependencies"] if one["backend_fn"]]
    for one in found:
        one["data"] = [values.get(part) for part in one["inputs"]]
    return found


def body(dependency: dict[str, Any], session: str) -> dict[str, Any]:
    picked = {"action": "none", "id": "0"}
    return {"data": dependency["data"], "event_data": picked, "session_hash": session}


def test_the_matrix_names_every_event_and_no_other(site: Site) -> None:
    for language in ("es", "en"):
        names = [one["api_name"] for one in dependencies(site.client("admin"), language)]
        assert {needed(name) for name in names} <= set(ROLES)
    written = {f"{page}_{handler}" for page, names in MATRIX.items() for handler in names}
    assert written <= set(names)


@pytest.mark.parametrize("role", ROLES)
def test_every_event_answers_each_role_as_the_matrix_says(site: Site, role: str) -> None:
    events = dependencies(site.client("admin"))
    client = site.client(role)
    for one in events:
        lowest = needed(one["api_name"])
        answer = client.post(
            f"/studio/es/gradio_api/run/{one['api_name']}", json=body(one, f"matrix-{role}")
        )
        if not role:
            assert answer.status_code == 401, one["api_name"]
            continue
        refused = say("es", "error.not_allowed", role=say("es", f"role.{lowest}")) in answer.text
        assert refused == (ROLES.index(role) < ROLES.index(lowest)), one["api_name"]


def test_the_queue_refuses_as_well(site: Site) -> None:
    client = site.client("viewer")
    for one in dependencies(site.client("admin"), "en"):
        if needed(one["api_name"]) == "viewer":
            continue
        session = f"queue-{one['id']}"
        joined = client.post(
            "/studio/en/gradio_api/queue/join", json={**body(one, session), "fn_index": one["id"]}
        )
        assert joined.status_code == 200
        with client.stream(
            "GET", "/studio/en/gradio_api/queue/data", params={"session_hash": session}
        ) as events:
            told = [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data")]
        completed = next(message for message in told if message["msg"] == "process_completed")
        assert completed["success"] is False
        assert "Your account may not do this" in completed["output"]["error"]


def test_nobody_joins_the_queue(site: Site) -> None:
    answer = site.client().post("/studio/es/gradio_api/queue/join", json={"data": []})
    assert answer.status_code == 401
