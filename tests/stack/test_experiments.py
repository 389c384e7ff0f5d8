"""An experiment on the whole stack: its worker killed again and again, it ends all the same, sends
nothing, and customers are answered beside it.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.stack.conftest import World, worlds
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

CASES = 40
CUSTOMER = "whatsapp:+5215500000001"
QUESTIONS = [f"¿Qué garantía tiene el auto número {number}?" for number in range(CASES)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A stack of its own: it will be hurt."""
    yield from worlds(tmp_path / "data")


@pytest.fixture
def api(world: World) -> Iterator[httpx.Client]:
    """A program with the installation's own token."""
    with httpx.Client(base_url=world.stack.bot, headers=world.stack.key, timeout=30) as client:
        yield client


def answer(response: httpx.Response) -> Any:
    assert response.status_code < 300, response.text
    return response.json()


def started(api: httpx.Client) -> str:
    """An experiment of the sample agent: its draft, and the same with another tone."""
    agent = answer(api.get("/agents"))["agents"][0]
    made = answer(api.post(f"/agents/{agent['id']}/datasets", json={"name": "muchas"}))["id"]
    cases = [{"turns": [{"say": [one]}, {"say": ["Gracias"]}]} for one in QUESTIONS]
    answer(api.post(f"/datasets/{made}/cases", json={"cases": cases}))
    other = {**answer(api.get(f"/agents/{agent['id']}/draft")), "tone": "Muy breve"}
    candidates = [{"version": "draft"}, {"spec": other, "label": "breve"}]
    body = {"dataset_id": made, "candidates": candidates}
    return str(answer(api.post("/experiments", json=body))["id"])


def test_killed_again_and_again_it_ends_with_every_row_once(
    world: World, api: httpx.Client
) -> None:
    made = started(api)

    def has_done(count: int) -> bool:
        return answer(api.get(f"/experiments/{made}"))["progress"]["done"] >= count

    for count in (5, 25, 45):
        until(partial(has_done, count), what=f"{count} rows")
        world.stack.kill("turns")
    reply = world.ask("SM" + "a" * 32, CUSTOMER, "¿Qué cubre la garantía?")
    assert reply

    def found() -> Any:
        return answer(api.get(f"/experiments/{made}"))

    until(lambda: bool(found()["comparisons"]), seconds=120, what="the comparison")
    assert found()["state"] == "done"
    rows = answer(api.get(f"/experiments/{made}/rows?limit=200"))["rows"]
    assert [row["state"] for row in rows] == ["done"] * (2 * CASES)
    assert {len(row["answers"]) for row in rows} == {2}
    assert {one.customer for one in world.ledger.newest_first()} == {CUSTOMER}
    assert world.stack.log.count("turns died") == 3
