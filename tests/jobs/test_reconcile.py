"""What Chatwoot never told is found, answered once, and in order; or given to a person."""

import random
import threading

import pytest
from flask import Flask, request

from actions.services import Services
from jobs import reconcile
from jobs.reconcile import INTERVAL_SECONDS, LONGEST_PAUSE, NOT_ALLOWED_PAUSE
from simulator.faults import Fault
from tests.fakes import Clock
from tests.jobs.chatwoot_house import House, configured
from tests.jobs.fakes import EchoRuntime
from tests.standins.chatwoot import BOT_TOKEN, Wishes, serve_chatwoot
from tests.standins.chatwoot_account import Account, Conversation


@pytest.fixture
def account(clock: Clock) -> Account:
    return Account(lambda raw, headers: 0, "secret-of-the-bot", is_agent_bot=False, clock=clock)


@pytest.fixture
def here(account: Account) -> Conversation:
    return account.open_conversation()


def nothing_comes(account: Account) -> None:
    account.is_dropped = lambda: True


def minutes_pass(house: House, minutes: float) -> None:
    """Workers work all the time; the reconciler looks as often as it wants to."""
    house.reconciler.look()
    left = minutes * 60
    while left > 0:
        house.work(house.reconciler.pause)
        left -= house.reconciler.pause
        house.reconciler.look()
    house.work()


def answered(here: Conversation) -> set[str]:
    """What was answered; the runtime echoes what it was asked, a burst joined by plus signs."""
    return {part for text in here.said for part in text.split(" + ")}


def test_a_fifth_of_all_webhooks_is_dropped_and_everything_is_answered_within_five_minutes(
    house: House, account: Account, wishes: Wishes
) -> None:
    chance = random.Random(20)
    account.is_dropped = lambda: chance.random() < 0.2
    wanted: dict[int, list[str]] = {}
    places = [account.open_conversation(phone=f"+52{number}") for number in range(12)]
    for number in range(40):
        place = chance.choice(places)
        wanted.setdefault(place.id, []).append(f"pregunta {number}")
        house.write(place, f"pregunta {number}")
        house.work(4)
    minutes_pass(house, 5)
    assert account.dropped > 10
    for place in places:
        said = [part for text in place.said for part in text.split(" + ")]
        assert sorted(said) == sorted(wanted.get(place.id, []))


def test_a_chatwoot_that_also_errs_and_breaks_off_loses_and_doubles_nothing(
    house: House, account: Account, wishes: Wishes
) -> None:
    chance = random.Random(21)
    account.is_dropped = lambda: chance.random() < 0.2
    faults = [
        None,
        None,
        None,
        Fault(429),
        Fault(500),
        Fault(500, taken=True),
        Fault(reset=True),
        Fault(reset=True, taken=True),
        Fault(504, taken=True),
    ]
    places = [account.open_conversation(phone=f"+52{number}") for number in range(5)]
    for number in range(20):
        wishes.posts.append(chance.choice(faults))
        wishes.get_status = chance.choice([200, 200, 200, 500])
        house.write(places[number % 5], f"pregunta {number}")
        house.work(6)
        house.reconciler.look()
    wishes.get_status = 200
    wishes.posts.clear()
    minutes_pass(house, 8)
    for start, place in enumerate(places):
        said = [part for text in place.said for part in text.split(" + ")]
        assert sorted(said) == sorted(f"pregunta {number}" for number in range(start, 20, 5))


def test_one_lost_message_before_one_that_came_is_found(
    house: House, here: Conversation, account: Account
) -> None:
    nothing_comes(account)
    house.write(here, "uno")
    account.is_dropped = lambda: False
    house.write(here, "dos")
    house.work()
    minutes_pass(house, 1)
    assert answered(here) == {"uno", "dos"}


def test_what_is_known_already_changes_nothing(house: House, here: Conversation) -> None:
    house.write(here, "hola")
    house.work()
    for _ in range(3):
        house.reconciler.look()
    house.work()
    assert here.said == ["hola"]
    assert house.owner() == "bot"


def test_a_quiet_account_costs_one_request_a_round(
    house: House, here: Conversation, wishes: Wishes
) -> None:
    house.write(here, "hola")
    house.work()
    house.reconciler.look()
    wishes.asked.clear()
    assert house.reconciler.look() == 0
    assert [path for _, path, _ in wishes.asked] == ["/api/v1/accounts/3/conversations"]


def test_a_take_over_that_was_not_told_is_found(
    house: House, here: Conversation, account: Account
) -> None:
    house.write(here, "hola")
    house.work()
    nothing_comes(account)
    account.person_writes(here, "Soy Bia")
    house.reconciler.look()
    assert house.owner() == "human"


def test_every_page_is_read_and_only_the_inboxes_that_are_served(
    house: House, account: Account
) -> None:
    nothing_comes(account)
    places = [account.open_conversation(phone=f"+{n}", inbox_id=7 + n % 2) for n in range(80)]
    for place in places:
        account.customer_writes(place, "hola")
    account.deliver()
    house.reconciler._inboxes = frozenset({"7"})
    assert house.reconciler.look() == 40
    assert len(house.services.store.conversations.page(limit=100)) == 40


def test_a_message_found_too_late_goes_to_people(
    house: House, here: Conversation, account: Account, clock: Clock
) -> None:
    nothing_comes(account)
    house.write(here, "hola")
    clock.pass_seconds(2 * 3600)
    house.reconciler.look()
    house.work()
    assert (here.status, here.said) == ("open", [])


def test_a_late_message_that_was_answered_stays_with_the_bot(
    house: House, here: Conversation, account: Account, clock: Clock
) -> None:
    house.write(here, "hola")
    account.is_dropped = lambda: True
    house.runtime.answer_with = None
    clock.pass_seconds(2 * 3600)
    house.reconciler.look()
    assert here.status == "pending"


def test_what_is_older_than_a_day_was_decided_long_ago(
    house: House, here: Conversation, account: Account, clock: Clock
) -> None:
    nothing_comes(account)
    house.write(here, "hola")
    clock.pass_seconds(25 * 3600)
    house.reconciler.look()
    assert here.status == "pending"


def test_a_customer_whom_a_person_here_has_is_shown_to_people_there(
    house: House, here: Conversation, clock: Clock
) -> None:
    house.write(here, "hola")
    house.services.store.owners.take_over(1, "ana@example.com")
    house.reconciler.look()
    assert here.status == "pending"
    clock.pass_seconds(90)
    house.reconciler.look()
    assert here.status == "open"


def test_a_chatwoot_that_is_away_is_asked_ever_less_often(house: House, wishes: Wishes) -> None:
    wishes.get_status = 503
    pauses = []
    for _ in range(8):
        house.reconciler.look()
        pauses.append(house.reconciler.pause)
    assert pauses[:3] == [2 * INTERVAL_SECONDS, 4 * INTERVAL_SECONDS, 8 * INTERVAL_SECONDS]
    assert pauses[-1] == LONGEST_PAUSE
    wishes.get_status = 200
    house.reconciler.look()
    assert house.reconciler.pause == INTERVAL_SECONDS


def test_a_conversation_that_cannot_be_read_stops_nobody_else(
    house: House, account: Account, standin: Flask
) -> None:
    nothing_comes(account)
    broken, well = account.open_conversation(), account.open_conversation()
    for conversation in (well, broken):  # the latest is read first
        house.write(conversation, f"hola {conversation.id}")

    @standin.before_request
    def refuse() -> tuple[str, int] | None:
        return ("", 503) if request.path.endswith(f"/{broken.id}/messages") else None

    assert house.reconciler.look() == 1
    assert house.reconciler.pause == INTERVAL_SECONDS
    house.work(8)
    assert well.said == [f"hola {well.id}"]


def test_a_bots_token_may_not_look_and_the_log_says_what_to_do(
    services: Services,
    account: Account,
    standin: Flask,
    clock: Clock,
    runtime: EchoRuntime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serve_chatwoot(standin) as address:
        house = House(configured(services, address, BOT_TOKEN), account, runtime, clock)
        house.reconciler.look()
    assert house.reconciler.pause == NOT_ALLOWED_PAUSE
    assert "user's token" in caplog.text
    services.database.close()


def test_without_a_chatwoot_nobody_looks(services: Services) -> None:
    assert reconcile.start(services, threading.Event()) is None
    services.database.close()


def test_the_sweepers_thread_looks_at_once_and_ends_with_it(
    house: House, here: Conversation, account: Account, wishes: Wishes
) -> None:
    stop = threading.Event()
    thread = reconcile.start(house.services, stop)
    assert thread is not None
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert wishes.asked


def test_a_round_that_fails_in_an_unforeseen_way_is_not_the_last(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stop, rounds = threading.Event(), iter([RuntimeError("words"), None])

    class Falls:
        pause = 0.0

        def look(self) -> int:
            error = next(rounds)
            if error:
                raise error
            stop.set()
            return 0

    reconcile._run(Falls(), stop)  # type: ignore[arg-type]
    assert "reconciler failed: RuntimeError" in caplog.text
    assert "words" not in caplog.text
