"""Alerts in the store: each once, claimed by one, tried again, given up."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from store.db.database import Database
from store.people.alert_wishes import AlertWishes
from store.people.alerts import LEASE_SECONDS, PAUSES, Alerts, NewAlert
from store.states import AlertWay
from tests.fakes import Clock

ANA = "ana@example.com"
MEXICO = ZoneInfo("America/Mexico_City")


@pytest.fixture
def alerts(database: Database, clock: Clock) -> Alerts:
    return Alerts(database, clock)


def new(key: str = "week 49", way: AlertWay = AlertWay.EMAIL, **more: object) -> NewAlert:
    return NewAlert(key, "lab", ANA, way, "Menos citas", "81 %", **more)  # type: ignore[arg-type]


def test_the_same_news_are_kept_once_for_each_way(alerts: Alerts) -> None:
    assert len(alerts.add([new(), new(), new(way=AlertWay.STUDIO)])) == 2
    assert alerts.add([new()]) == []


def test_what_is_shown_in_the_studio_needs_no_sending(alerts: Alerts) -> None:
    alerts.add([new(way=AlertWay.STUDIO)])
    assert alerts.due() == []
    [shown] = alerts.of(ANA)
    assert (shown.subject, shown.state, alerts.unread(ANA)) == ("Menos citas", "sent", 1)
    alerts.read(ANA, shown.id)
    assert alerts.unread(ANA) == 0


def test_an_alert_is_sent_by_one_sender(alerts: Alerts) -> None:
    [number] = alerts.add([new()])
    first = alerts.claim(number)
    assert first is not None
    assert alerts.claim(number) is None
    alerts.sent(first)
    assert alerts.due() == []


def test_an_alert_whose_sender_died_is_sent_by_another(alerts: Alerts, clock: Clock) -> None:
    [number] = alerts.add([new()])
    dead = alerts.claim(number)
    clock.pass_seconds(LEASE_SECONDS)
    assert alerts.due() == [number]
    second = alerts.claim(number)
    assert dead is not None
    assert second is not None
    alerts.refused(dead, "too late to say so", for_good=True)
    alerts.sent(second)
    assert alerts.claim(number) is None


def test_what_is_refused_is_tried_again_ever_later_and_then_given_up(
    alerts: Alerts, clock: Clock
) -> None:
    [number] = alerts.add([new()])
    for pause in PAUSES:
        taken = alerts.claim(number)
        assert taken is not None
        alerts.refused(taken, "452")
        clock.pass_seconds(pause - 1)
        assert alerts.due() == []
        clock.pass_seconds(1)
    last = alerts.claim(number)
    assert last is not None
    alerts.refused(last, "452")
    clock.pass_seconds(9e9)
    assert alerts.due() == []


def test_an_alert_waits_for_its_hour(alerts: Alerts, clock: Clock) -> None:
    [number] = alerts.add([new(not_before=clock.now + 60)])
    assert alerts.due() == []
    clock.pass_seconds(60)
    assert alerts.due() == [number]


# --- hours


def at(hour: int, minute: int = 30) -> float:
    return datetime.datetime(2026, 11, 30, hour, minute, tzinfo=MEXICO).timestamp()


@pytest.mark.parametrize(
    ("opens", "closes", "hour", "waits"),
    [
        (9, 18, 10, 0),
        (9, 18, 9, 0),
        (9, 18, 18, 14.5),  # until nine tomorrow
        (9, 18, 3, 5.5),
        (22, 6, 23, 0),
        (22, 6, 2, 0),
        (22, 6, 12, 9.5),
        (0, 0, 4, 0),
        (0, 24, 4, 0),
        (8, 8, 4, 0),
    ],
)
def test_e_mail_waits_for_the_hours_of_its_reader(
    opens: int, closes: int, hour: int, waits: float
) -> None:
    wishes = AlertWishes(opens=opens, closes=closes, zone="America/Mexico_City")
    assert wishes.next_open(at(hour)) == at(hour) + waits * 3600


@pytest.mark.parametrize(
    "wrong", [{"zone": "Mars/Olympus"}, {"opens": 25}, {"ways": ["pigeon"]}, {"sound": True}]
)
def test_wishes_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AlertWishes.model_validate(wrong)
