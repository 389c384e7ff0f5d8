"""What staff do in conversations: nothing is taken unasked, and each act leaves one line."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from actions import conversations, queues
from actions.services import Services, open_services
from agent.actor import Actor
from agent.errors import AlreadyTaken, Forbidden, Invalid, NotFound
from agent.settings import Settings
from store.conversations.inbox import Inbound
from store.conversations.outbox import OutboxMessage
from store.switches import RETENTION
from store.tables import inbox, media
from tests.actions.conftest import ANA, EVA, ROOT, VIEWER, RememberingWakeUp, lines, refusing_lines

NUMBER = "whatsapp:+14155238886"
Act = Callable[[Services, Actor, int], object]


@pytest.fixture
def services(settings: Settings, wake_up: RememberingWakeUp) -> Iterator[Services]:
    opened = open_services(settings, wake_up)
    opened.store.people.add(ANA.name, ANA.role)
    opened.store.people.add(EVA.name, EVA.role)
    opened.store.people.add(VIEWER.name, VIEWER.role)
    yield opened
    opened.database.close()


@pytest.fixture
def carla(services: Services) -> int:
    """A conversation in which a customer waits."""
    message = Inbound("twilio", "SM1", NUMBER, "whatsapp:+521", "hola", "Carla")
    return services.store.inbox.accept([message])[0].conversation_id


def owner(services: Services, number: int) -> tuple[str, str]:
    found = services.store.conversations.get(number)
    return found.owner, found.assigned_to


def not_delivered(services: Services, number: int) -> int:
    """A part that the provider refused; return its id."""
    conversations.reply(services, ANA, number, "hola")
    claimed = services.store.outbox.claim(number)
    assert isinstance(claimed, OutboxMessage)
    services.store.outbox.dead(claimed, "refused", "63016")
    return services.store.dead_letters.page()[0].id


def keep_a_file(services: Services, number: int) -> Path:
    """A picture that the customer sent, with the id `aaa...`; return where it is."""
    folder = services.settings.media_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "foto.jpg").write_bytes(b"...")
    with services.database.write() as tx:
        mine = tx.scalar(select(inbox.c.id).where(inbox.c.conversation_id == number))
        row = {
            "id": "a" * 32,
            "conversation_id": number,
            "inbox_id": mine,
            "position": 0,
            "url": "",
            "media_type": "image/jpeg",
            "name": "foto.jpg",
            "state": "kept",
            "stored_name": "foto.jpg",
            "created_at": 1.0,
        }
        tx.execute(insert(media).values(row))
    return folder / "foto.jpg"


def pause(services: Services, actor: Actor, number: int, taken_from: str = "") -> None:
    conversations.pause(services, actor, number, time.time() + 60, taken_from)


ON_ONE: dict[str, tuple[str, Act]] = {
    "take_over": ("agent", conversations.take_over),
    "pause": ("agent", pause),
    "assign": ("agent", lambda s, who, one: conversations.assign(s, who, one, EVA.name)),
    "reply": ("agent", lambda s, who, one: conversations.reply(s, who, one, "hola")),
    "write_note": ("agent", lambda s, who, one: conversations.write_note(s, who, one, "ojo")),
    "read": ("viewer", conversations.read),
    "erase_customer": ("admin", conversations.erase_customer),
}
BELOW = {"agent": VIEWER, "admin": ANA}


@pytest.mark.parametrize("act", [name for name, (role, _) in ON_ONE.items() if role in BELOW])
def test_a_lower_role_is_refused_and_nothing_noted(
    services: Services, carla: int, act: str
) -> None:
    role, do = ON_ONE[act]
    with pytest.raises(Forbidden):
        do(services, BELOW[role], carla)
    assert lines(services) == []
    assert owner(services, carla) == ("bot", "")


@pytest.mark.parametrize("act", ON_ONE)
def test_an_act_leaves_one_line_and_none_without_its_change(
    services: Services, wake_up: RememberingWakeUp, carla: int, act: str
) -> None:
    _, do = ON_ONE[act]
    with refusing_lines(services), pytest.raises(OSError, match="no room"):
        do(services, ROOT, carla)
    assert owner(services, carla) == ("bot", "")
    assert len(services.store.conversations.thread(carla)) == 1
    assert (list(services.store.notes.of(carla)), wake_up.notified) == ([], [])
    do(services, ROOT, carla)
    assert len(lines(services)) == 1


@pytest.mark.parametrize("act", ON_ONE)
def test_a_conversation_that_is_none_is_said_so_and_leaves_no_line(
    services: Services, act: str
) -> None:
    with pytest.raises(NotFound):
        ON_ONE[act][1](services, ROOT, 12345)
    assert lines(services) == []


TAKING: dict[str, Callable[..., object]] = {
    "take_over": conversations.take_over,
    "pause": pause,
    "hand_back": conversations.hand_back,
    "assign": lambda s, who, one, frm="": conversations.assign(s, who, one, ANA.name, frm),
    "unassign": lambda s, who, one, frm="": conversations.assign(s, who, one, "", frm),
}


@pytest.mark.parametrize("act", TAKING)
def test_what_is_somebody_elses_is_taken_only_by_name(
    services: Services, carla: int, act: str
) -> None:
    conversations.take_over(services, EVA, carla)
    for named in ("", ANA.name, "leo@example.com"):
        with pytest.raises(AlreadyTaken) as told:
            TAKING[act](services, ANA, carla, named)
        assert told.value.person == EVA.name
    assert owner(services, carla) == ("human", EVA.name)
    assert len(lines(services)) == 1
    TAKING[act](services, ANA, carla, EVA.name)
    assert owner(services, carla)[1] in ("", ANA.name)
    assert len(lines(services)) == 2


@pytest.mark.parametrize("act", TAKING)
def test_what_is_ones_own_needs_no_name(services: Services, carla: int, act: str) -> None:
    conversations.take_over(services, ANA, carla)
    TAKING[act](services, ANA, carla)
    assert lines(services)[-1][0] == ANA.name


def test_one_that_is_only_put_in_somebodys_charge_is_theirs_too(
    services: Services, carla: int
) -> None:
    conversations.assign(services, ANA, carla, EVA.name)
    assert owner(services, carla) == ("bot", EVA.name)
    with pytest.raises(AlreadyTaken):
        conversations.take_over(services, ANA, carla)
    conversations.take_over(services, ANA, carla, EVA.name)
    assert owner(services, carla) == ("human", ANA.name)
    assert services.store.audit.page()[0].detail == f"from {EVA.name}"


def test_a_hand_back_wakes_the_agent_once_it_is_committed(
    services: Services, wake_up: RememberingWakeUp, carla: int
) -> None:
    conversations.take_over(services, ANA, carla)
    with refusing_lines(services), pytest.raises(OSError, match="no room"):
        conversations.hand_back(services, ANA, carla)
    assert (owner(services, carla)[0], wake_up.notified) == ("human", [])
    conversations.hand_back(services, ANA, carla)
    conversations.hand_back(services, ANA, carla)  # it is the agent's already: nothing to note
    assert wake_up.notified == [(queues.TURN, carla)]
    assert [done for _, done in lines(services)] == [
        "conversation taken over",
        "conversation handed back",
    ]


def test_nobody_who_may_not_answer_is_put_in_charge(services: Services, carla: int) -> None:
    for email in (VIEWER.name, "nobody@example.com"):
        with pytest.raises(NotFound):
            conversations.assign(services, ANA, carla, email)
    assert lines(services) == []


def test_words_are_needed(services: Services, carla: int) -> None:
    for say in (conversations.reply, conversations.write_note):
        with pytest.raises(Invalid):
            say(services, ANA, carla, "  ")
    assert (lines(services), owner(services, carla)) == ([], ("bot", ""))


@pytest.mark.parametrize("settle", [conversations.retry, conversations.dismiss])
def test_what_was_not_delivered_is_settled_once(
    services: Services, wake_up: RememberingWakeUp, carla: int, settle: Act
) -> None:
    part, told = not_delivered(services, carla), len(wake_up.notified)
    with pytest.raises(Forbidden):
        settle(services, VIEWER, part)
    with refusing_lines(services), pytest.raises(OSError, match="no room"):
        settle(services, ANA, part)
    assert (services.store.dead_letters.count(), len(wake_up.notified)) == (1, told)
    before = len(lines(services))
    settle(services, ANA, part)
    with pytest.raises(NotFound):
        settle(services, EVA, part)
    assert (services.store.dead_letters.count(), len(lines(services))) == (0, before + 1)
    assert wake_up.notified[told:] == (
        [(queues.DELIVERY, carla)] if settle is conversations.retry else []
    )


def test_how_long_things_are_kept_is_an_administrators_choice(services: Services) -> None:
    with pytest.raises(Forbidden):
        conversations.keep_for(services, ANA, {"messages": 1})
    for days in (-1, 3_651):
        with pytest.raises(Invalid):
            conversations.keep_for(services, ROOT, {"messages": days})
    with refusing_lines(services), pytest.raises(OSError, match="no room"):
        conversations.keep_for(services, ROOT, {"messages": 9})
    assert (services.store.switches.switch(RETENTION), lines(services)) == (None, [])
    conversations.keep_for(services, ROOT, {"messages": 9})
    assert lines(services) == [(ROOT.name, "retention set")]


def test_an_erased_customers_files_go_only_when_it_is_certain(
    services: Services, carla: int
) -> None:
    kept = keep_a_file(services, carla)
    with refusing_lines(services), pytest.raises(OSError, match="no room"):
        conversations.erase_customer(services, ROOT, carla)
    assert kept.exists()
    conversations.erase_customer(services, ROOT, carla)
    assert not kept.exists()


def test_a_file_that_is_seen_is_noted_and_one_that_is_gone_is_not(
    services: Services, carla: int
) -> None:
    path = keep_a_file(services, carla)
    found = conversations.see_file(services, VIEWER, "a" * 32)
    assert found.stored_name == path.name
    path.unlink()
    with pytest.raises(NotFound):
        conversations.see_file(services, VIEWER, "a" * 32)
    assert lines(services) == [(VIEWER.name, "file seen")]


def test_figures_that_leave_the_house_are_noted(services: Services) -> None:
    conversations.export_figures(services, VIEWER, "2026-01-01", "2026-01-31")
    assert lines(services) == [(VIEWER.name, "figures exported")]


def test_a_turn_that_is_none_is_not_read(services: Services) -> None:
    with pytest.raises(NotFound):
        conversations.read_turn(services, VIEWER, "f" * 32)
    assert lines(services) == []
