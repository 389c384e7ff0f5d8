"""Erasing a customer leaves no byte of them; forgetting deletes what is too old, nothing else."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text, update

from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.settings import Settings
from channels.registry import known
from store.conversations.inbox import Accepted, Inbound, Inbox
from store.conversations.owners import Echo
from store.conversations.turns import Turns
from store.conversations.work import Outcome
from store.erasure import DAY, Erasure
from store.tables import (
    contacts,
    conversations,
    delivery_states,
    inbox,
    media,
    messages,
    notes,
    outbox,
    turns,
)
from tests.fakes import Clock
from tests.waiting import until

SECRETS = [f"zafiro{number:03d}" for number in range(20)]


@dataclass
class Shop:
    """A business with customers, whose every trace holds one of their words."""

    services: Services
    folder: Path

    def serve(self, customer: str, words: list[str]) -> Accepted:
        """A customer says *words*; everything that can be stored about them is."""
        sid, address = f"SM-{customer}", f"whatsapp:{customer}-{words[0]}"
        message = Inbound(
            "twilio",
            sid,
            "us",
            address,
            words[1],
            words[2],
            ({"url": f"https://example.com/{words[3]}", "media_type": "image/png"},),
            {"Body": words[1], "extra": words[4]},
            {"fact": words[5]},
            words[6],
        )
        [accepted] = self.services.store.inbox.accept([message])
        self._answer(accepted.conversation_id, words)
        self._note(accepted, words)
        return accepted

    def _answer(self, conversation_id: int, words: list[str]) -> None:
        turns_ = self.services.store.turns
        lease = turns_.lease(conversation_id)
        assert lease is not None
        outcome = Outcome(
            "answered",
            None,
            0.0,
            text=words[7],
            parts=[words[8]],
            author_name="Sofía",
            citations=[{"quote": words[9]}],
            trace=[{"queries": words[10]}],
            error=words[11],
        )
        assert turns_.commit(turns_.read(lease, 20), outcome)
        with self.services.database.write() as tx:
            tx.execute(
                update(outbox)
                .values(state="sent", provider_message_id=f"SMout-{conversation_id}")
                .where(outbox.c.conversation_id == conversation_id)
            )
        self.services.store.outbox.report("twilio", f"SMout-{conversation_id}", "delivered")

    def _note(self, accepted: Accepted, words: list[str]) -> None:
        here = {"conversation_id": accepted.conversation_id, "created_at": 1_000_000_000.0}
        self.folder.mkdir(exist_ok=True)
        (self.folder / words[0]).write_text(words[12])
        row = {
            "state": "kept",
            "stored_name": words[0],
            "words": words[13],
            "name": words[14],
            "url": words[15],
        }
        with self.services.database.write() as tx:
            tx.execute(insert(notes).values(author="bia", text=words[16], **here))
            tx.execute(update(media).where(media.c.inbox_id == accepted.inbox_id).values(**row))

    def count(self) -> int:
        """How many messages there are."""
        with self.services.database.read() as tx:
            return int(tx.scalar(select(func.count()).select_from(messages)) or 0)


@pytest.fixture
def shop(settings: Settings, clock: Clock) -> Iterator[Shop]:
    opened = open_services(settings, SilentWakeUp())
    database, folder = opened.database, settings.media_dir
    store = dataclasses.replace(
        opened.store,
        inbox=Inbox(database, known(), clock),
        turns=Turns(database, clock),
        erasure=Erasure(database, folder, "", clock),
    )
    yield Shop(dataclasses.replace(opened, store=store), folder)
    database.close()


OTHER = [f"rubi{number:03d}" for number in range(20)]


def test_not_a_byte_of_an_erased_customer_stays_and_every_byte_of_the_others(
    shop: Shop, database_url: str
) -> None:
    mine = shop.serve("ana", SECRETS)
    shop.serve("luis", OTHER)
    if database_url.startswith("sqlite"):
        assert _found(shop, SECRETS)  # else the search below would prove nothing
    erased = shop.services.store.erasure.customer(mine.conversation_id)
    assert (erased.conversations, erased.messages, erased.files) == (1, 2, 1)
    assert _found(shop, SECRETS) == []
    assert shop.count() == 2
    assert (shop.folder / OTHER[0]).exists()


def _found(shop: Shop, words: list[str]) -> list[str]:
    """The words that stand in any row, file, database page or write-ahead log of ours."""
    with shop.services.database.read() as tx:
        rows = [
            str(tx.execute(select(table)).all())
            for table in (contacts, conversations, inbox, messages, turns, outbox, media, notes)
        ]
    data = shop.services.settings.data_dir
    files = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    return [
        w for w in words if any(w in row for row in rows) or any(w.encode() in f for f in files)
    ]


def test_a_webhook_that_comes_again_does_not_bring_an_erased_customer_back(shop: Shop) -> None:
    mine = shop.serve("ana", SECRETS)
    shop.services.store.erasure.customer(mine.conversation_id)
    [again] = shop.services.store.inbox.accept([Inbound("twilio", "SM-ana", "us", "her", "hola")])
    assert not again.is_new
    assert shop.count() == 0


on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def _before(shop: Shop, words: str, act: Callable[[], object]) -> None:
    """Have *act* happen once, before the next statement that begins with *words*."""
    engine, done = shop.services.database.engine, threading.Event()

    def listen(*event_: Any) -> None:
        if event_[2].startswith(words) and not done.is_set():
            done.set()
            act()

    event.listen(engine, "before_cursor_execute", listen)


@on_postgresql
def test_a_customer_who_is_erased_while_a_message_comes_is_a_new_one(shop: Shop) -> None:
    mine = shop.serve("ana", SECRETS).conversation_id
    her = f"whatsapp:ana-{SECRETS[0]}"
    eraser = threading.Thread(target=shop.services.store.erasure.customer, args=(mine,))

    def erase() -> None:  # in a thread, and so a transaction, of its own
        eraser.start()
        eraser.join()

    _before(shop, "UPDATE conversations", erase)
    [accepted] = shop.services.store.inbox.accept([Inbound("twilio", "SM-new", "us", her, "hola")])
    assert accepted.conversation_id != mine
    assert shop.count() == 1


@on_postgresql
def test_a_message_that_comes_while_its_customer_is_erased_waits(shop: Shop) -> None:
    mine = shop.serve("ana", SECRETS).conversation_id
    message = Inbound("twilio", "SM-new", "us", f"whatsapp:ana-{SECRETS[0]}", "hola")
    webhook = threading.Thread(target=shop.services.store.inbox.accept, args=([message],))

    def come() -> None:
        webhook.start()
        until(lambda: not webhook.is_alive() or _somebody_waits(shop))

    _before(shop, "DELETE FROM inbox", come)
    shop.services.store.erasure.customer(mine)
    webhook.join(10)
    assert shop.count() == 1


def _somebody_waits(shop: Shop) -> bool:
    with shop.services.database.read() as tx:
        return bool(tx.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_an_erased_customer_who_writes_anew_is_a_new_customer(shop: Shop) -> None:
    mine = shop.serve("ana", SECRETS)
    shop.services.store.erasure.customer(mine.conversation_id)
    [anew] = shop.services.store.inbox.accept([Inbound("twilio", "SM-new", "us", "her", "hola")])
    assert anew.is_new


def test_no_status_of_an_erased_customers_messages_stays(shop: Shop) -> None:
    mine = shop.serve("ana", SECRETS).conversation_id
    with shop.services.database.write() as tx:
        out_id = tx.execute(select(outbox.c.id)).scalar_one()
    shop.services.store.dead_letters.retry(out_id)  # the next send has another id
    for sid in ("SM-first", "SM-second"):
        shop.services.store.outbox.report("twilio", sid, "failed", outbox_id=out_id)
        shop.services.store.dead_letters.retry(out_id)
    here = f"whatsapp:ana-{SECRETS[0]}"
    shop.services.store.owners.echo(Echo("twilio", "wamid.her-number", "us", here, "soy Bia"))
    shop.services.store.erasure.customer(mine)
    with shop.services.database.read() as tx:
        [left] = tx.scalars(select(delivery_states.c.provider_message_id))
    assert "number" not in left  # the echo's hash


def test_statuses_are_forgotten_with_their_messages(shop: Shop, clock: Clock) -> None:
    shop.serve("ana", SECRETS)
    clock.now += 200 * DAY
    while shop.services.store.erasure.forget():
        pass
    with shop.services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(delivery_states)) == 0


def test_a_turn_that_was_under_way_stores_nothing_of_an_erased_customer(shop: Shop) -> None:
    [accepted] = shop.services.store.inbox.accept([Inbound("twilio", "SM1", "us", "her", "hola")])
    lease = shop.services.store.turns.lease(accepted.conversation_id)
    assert lease is not None
    work = shop.services.store.turns.read(lease, 20)
    shop.services.store.erasure.customer(accepted.conversation_id)
    assert not shop.services.store.turns.commit(work, Outcome("answered", None, 0.0, "sí", ["sí"]))
    assert shop.count() == 0


def test_what_is_too_old_is_forgotten_and_the_rest_stays(shop: Shop, clock: Clock) -> None:
    shop.serve("ana", SECRETS)
    clock.now += 200 * DAY
    shop.serve("luis", OTHER)
    while shop.services.store.erasure.forget({"messages": 180, "media": 0, "audit": 0}):
        pass
    assert shop.count() == 2
    with shop.services.database.read() as tx:
        assert tx.scalars(select(contacts.c.name)).all() == [OTHER[2]]


def test_zero_days_keeps_for_good(shop: Shop, clock: Clock) -> None:
    shop.serve("ana", SECRETS)
    clock.now += 9_000 * DAY
    assert shop.services.store.erasure.forget({"messages": 0, "media": 0, "audit": 0}) == 0


def test_files_go_before_their_messages(shop: Shop, clock: Clock) -> None:
    shop.serve("ana", SECRETS)
    clock.now += 31 * DAY
    assert shop.services.store.erasure.forget() == 1
    assert not (shop.folder / SECRETS[0]).exists()
    assert shop.count() == 2


def test_what_waits_for_an_answer_is_never_forgotten(shop: Shop, clock: Clock) -> None:
    shop.services.store.inbox.accept([Inbound("twilio", "SM1", "us", "her", "hola")])
    clock.now += 200 * DAY
    shop.services.store.erasure.forget()
    assert shop.count() == 1


def test_who_asked_to_hear_nothing_more_stays_known(shop: Shop, clock: Clock) -> None:
    shop.serve("ana", SECRETS)
    with shop.services.database.write() as tx:
        tx.execute(text("UPDATE contacts SET opted_out_at = 1"))
    clock.now += 200 * DAY
    while shop.services.store.erasure.forget():
        pass
    with shop.services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(contacts)) == 1


def test_a_batch_with_an_erased_message_stores_only_the_others(shop: Shop) -> None:
    mine = shop.serve("ana", SECRETS)
    shop.services.store.erasure.customer(mine.conversation_id)
    both = [Inbound("twilio", sid, "us", "her", "hola") for sid in ("SM-ana", "SM-new")]
    old, new = shop.services.store.inbox.accept(both)
    assert (old.is_new, new.is_new, shop.count()) == (False, True, 1)
