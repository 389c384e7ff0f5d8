"""While the database is away, a verified webhook waits on disk, in its place."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from actions.services import Services, open_services
from bot.app import create_app
from channels.base import Event, Report
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo, OwnerChange
from store.spool import Spool
from store.tables import messages
from tests.bot.conftest import (
    PUBLIC,
    RememberingWakeUp,
    count,
    on_one_database,
    opened,
    payload,
    signature,
)
from tests.waiting import until


@dataclass
class Store:
    """Stores what it is given, or is away."""

    kept: list[Event] = field(default_factory=list)
    away: Exception | None = None

    def __call__(self, channel: str, events: Sequence[Event]) -> None:
        if self.away is not None:
            raise self.away
        self.kept += events


AWAY = OperationalError("INSERT", {}, Exception("database is locked"))


def _said(number: int) -> Inbound:
    media = ({"url": "https://example.com/a", "media_type": "image/jpeg"},)
    return Inbound("twilio", f"SM{number}", "us", "her", f"hola {number}", media=media)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def spool(tmp_path: Path, store: Store) -> Spool:
    return Spool(tmp_path / "spool", store)


def test_with_a_database_nothing_touches_the_disk(spool: Spool, store: Store) -> None:
    spool.take("twilio", [_said(1)])
    assert (store.kept, spool.waiting()) == ([_said(1)], [])


def test_every_kind_of_event_comes_back_as_it_went(spool: Spool, store: Store) -> None:
    events: list[Event] = [
        _said(1),
        Report("SM9", "delivered", outbox_id=4),
        Echo("meta", "w1", "us", "her", "Soy Bia", "Bia"),
        OwnerChange("chatwoot", "inbox:1", "7", "human", "assigned"),
    ]
    store.away = AWAY
    spool.take("twilio", events)
    store.away = None
    assert (spool.drain(), store.kept, spool.waiting()) == (1, events, [])


def test_what_comes_while_the_spool_is_emptied_is_stored_with_it(
    spool: Spool, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.away = AWAY
    spool.take("twilio", [_said(1)])
    store.away, stored = None, spool._stored

    def busy(record: Path) -> bool:
        if not store.kept:
            spool.take("twilio", [_said(2)])
        return stored(record)

    monkeypatch.setattr(spool, "_stored", busy)
    assert (spool.drain(), store.kept, spool.waiting()) == (2, [_said(1), _said(2)], [])


def test_nothing_overtakes_what_waits(spool: Spool, store: Store) -> None:
    store.away = AWAY
    spool.take("twilio", [_said(1)])
    store.away = None
    spool.take("twilio", [_said(2)])
    assert store.kept == []
    spool.drain()
    assert store.kept == [_said(1), _said(2)]


def test_draining_stops_where_the_database_goes_away_again(spool: Spool, store: Store) -> None:
    store.away = AWAY
    for number in range(3):
        spool.take("twilio", [_said(number)])
    assert (spool.drain(), len(spool.waiting())) == (0, 3)


def test_it_empties_itself_once_the_database_is_back(spool: Spool, store: Store) -> None:
    spool.start()
    store.away = AWAY
    spool.take("twilio", [_said(1)])
    store.away = None
    until(lambda: store.kept == [_said(1)], seconds=30, what="the spool's emptying")


def test_another_process_finds_what_a_killed_one_left(
    tmp_path: Path, spool: Spool, store: Store
) -> None:
    store.away = AWAY
    spool.take("twilio", [_said(1)])
    later = Store()
    assert Spool(tmp_path / "spool", later).drain() == 1
    assert later.kept == [_said(1)]


def test_a_record_nobody_can_store_is_set_aside_and_stops_nobody(
    spool: Spool, store: Store
) -> None:
    store.away = AWAY
    spool.take("twilio", [_said(1)])
    spool.take("twilio", [_said(2)])
    first = spool.waiting()[0]
    first.write_text(json.dumps({"channel": "twilio", "events": [["Inbound", {"color": 1}]]}))
    store.away = None
    spool.drain()
    assert store.kept == [_said(2)]
    assert first.with_suffix(".broken").exists()
    assert [record.stem for record in spool.broken()] == [first.stem]


@pytest.mark.parametrize("trouble", [OSError("too many open files"), MemoryError()])
def test_trouble_of_the_machine_costs_no_record(
    spool: Spool, store: Store, trouble: Exception
) -> None:
    store.away = AWAY
    spool.take("twilio", [_said(1)])
    store.away = trouble
    assert spool.drain() == 0
    store.away = None
    spool.drain()
    assert store.kept == [_said(1)]


def test_a_record_that_fails_in_an_unforeseen_way_stops_nobody(spool: Spool, store: Store) -> None:
    store.away = AWAY
    for number in (1, 2):
        spool.take("twilio", [_said(number)])
    falls = iter([AttributeError("of the first record"), None])

    def once(channel: str, events: Sequence[Event]) -> None:
        store.away = next(falls)
        store(channel, events)

    spool._store = once
    assert spool.drain() == 2
    assert store.kept == [_said(2)]


def test_what_the_database_refuses_for_good_is_not_kept(spool: Spool, store: Store) -> None:
    store.away = IntegrityError("INSERT", {}, Exception("no"))
    with pytest.raises(IntegrityError):
        spool.take("twilio", [_said(1)])
    assert spool.waiting() == []


def test_with_neither_database_nor_disk_the_provider_is_told(tmp_path: Path, store: Store) -> None:
    store.away = AWAY
    (tmp_path / "spool").write_text("a file where the folder would be")
    with pytest.raises(OperationalError):
        Spool(tmp_path / "spool" / "deeper", store).take("twilio", [_said(1)])


def test_only_its_owner_may_read_the_spool(spool: Spool, store: Store) -> None:
    store.away = AWAY
    spool.take("twilio", [_said(1)])
    [record] = spool.waiting()
    assert record.stat().st_mode & 0o077 == 0
    assert record.parent.stat().st_mode & 0o077 == 0


@on_one_database
def test_a_locked_database_is_a_200_and_the_message_is_stored_when_it_opens(
    services: Services, wake_up: RememberingWakeUp
) -> None:
    impatient = open_services(services.settings, wake_up, patience=0.1)
    app, form = create_app(impatient), payload("text")
    headers = {"X-Twilio-Signature": signature(f"{PUBLIC}/webhooks/twilio", form)}
    locker = sqlite3.connect(services.database.url.removeprefix("sqlite:///"))
    locker.execute("BEGIN IMMEDIATE")
    answer = app.test_client().post("/webhooks/twilio", data=form, headers=headers)
    assert (answer.status_code, wake_up.notified) == (200, [])
    assert "spool_waiting 1.0" in opened(app, services).get("/metrics").text
    locker.rollback()
    locker.close()
    assert app.extensions["spool"].drain() == 1
    assert (count(services, messages), len(wake_up.notified)) == (1, 1)
    impatient.database.close()


@on_one_database
def test_an_unreachable_database_is_a_200_and_not_ready(
    services: Services, wake_up: RememberingWakeUp
) -> None:
    gone = services.settings.model_copy(update={"database_url": "postgresql://x@127.0.0.1:1/x"})
    app, form = create_app(open_services(gone, wake_up, patience=0.1)), payload("text")
    headers = {"X-Twilio-Signature": signature(f"{PUBLIC}/webhooks/twilio", form)}
    client = opened(app, services)
    assert client.post("/webhooks/twilio", data=form, headers=headers).status_code == 200
    assert client.get("/readyz").json["parts"]["spool"] == "1 waiting"
    assert "database_up 0.0" in client.get("/metrics").text
