"""A customer's message on the running product: taken, answered from knowledge, delivered."""

import os
import threading
from typing import Any

import pytest
import urllib3
from sqlalchemy import func, select

from store.db.database import Database
from store.tables import contacts, conversations, inbox
from tests.stack.conftest import World
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]


def _database(world: World) -> Database:
    return Database(f"sqlite:///{world.stack.data_dir / 'studio.db'}")


def _rows(world: World, customer: str) -> int:
    database = _database(world)
    with database.read() as tx:
        count = tx.scalar(
            select(func.count())
            .select_from(inbox)
            .where(inbox.c.payload["From"].as_string() == customer)
        )
    database.close()
    return int(count or 0)


@pytest.fixture(scope="module", autouse=True)
def _knowledge_is_read(world: World) -> None:
    def read() -> bool:
        answer = _get(world, "/agents")
        agents = answer if isinstance(answer, list) else answer["agents"]
        states = [source["state"] for agent in agents for source in _sources(world, agent["id"])]
        return bool(states) and all(state == "ready" for state in states)

    until(read, seconds=300, what="reading the samples")


def _get(world: World, path: str) -> Any:
    return urllib3.request("GET", f"{world.stack.bot}{path}", headers=world.stack.key).json()


def _sources(world: World, agent_id: str) -> list[dict[str, str]]:
    answer = _get(world, f"/agents/{agent_id}/knowledge")
    return answer if isinstance(answer, list) else answer["sources"]


def test_a_question_is_answered_from_the_sample_knowledge(world: World) -> None:
    reply = world.ask("SM" + "a" * 32, "whatsapp:+5215550000001", "¿Qué cubre la garantía?")
    assert "garantia.pdf" in reply


def test_five_short_messages_get_one_reply_that_answers_all(world: World) -> None:
    customer = "whatsapp:+5215550000002"
    for number, text in enumerate(
        ("hola", "¿qué cubre", "la garantía?", "y ¿a qué hora abren", "en Guadalajara?")
    ):
        assert world.stack.write(f"SM{number:032d}", customer, text) == 200
    until(lambda: world.replies(customer), what="the reply")
    database = _database(world)
    with database.read() as tx:
        rows = tx.execute(
            select(func.count(inbox.c.id))
            .join(conversations, conversations.c.id == inbox.c.conversation_id)
            .join(contacts, contacts.c.id == conversations.c.contact_id)
            .where(contacts.c.address == customer)
            .group_by(inbox.c.turn_id)
        ).all()
    database.close()
    assert [row[0] for row in rows] == [5]
    assert len(world.replies(customer)) == 1


def test_the_same_message_five_times_at_once_gives_one_row_and_one_reply(world: World) -> None:
    customer, sid = "whatsapp:+5215550000003", "SM" + "b" * 32
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda: results.append(world.stack.write(sid, customer, "hola")))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: world.replies(customer), what="the reply")
    assert results == [200] * 5
    assert _rows(world, customer) == 1
    assert world.stack.write(sid, customer, "hola") == 200
    world.ask("SM" + "c" * 32, customer, "gracias")
    assert len(world.replies(customer)) == 2


def test_a_wrong_signature_is_refused_and_changes_nothing(world: World) -> None:
    customer = "whatsapp:+5215550000004"
    assert world.stack.write("SM" + "d" * 32, customer, "hola", signature="bm8=") == 403
    assert _rows(world, customer) == 0


def test_the_processes_are_the_ones_that_were_promised(world: World) -> None:
    assert set(world.stack.pids()) == {
        "bot",
        "studio",
        "turns",
        "chores",
        "notebooks",
        "sweeper",
        "valkey",
        "chroma",
    }


def test_a_chore_stands_back_where_a_customer_wants_the_processor_too(world: World) -> None:
    pids = world.stack.pids()
    chores, turns = (os.getpriority(os.PRIO_PROCESS, pids[part]) for part in ("chores", "turns"))
    assert chores > turns
