"""Raising alerts: who may, who gets them, in which language, and what is refused."""

import dataclasses
from collections.abc import Sequence

import pytest

from actions import notifier
from actions.notifier import WEBHOOK, News
from actions.queues import ALERT
from actions.services import Services
from agent.actor import INSTALLATION
from agent.errors import Forbidden, Invalid, NotFound
from agent.spec import Wording
from store.people.alert_wishes import AlertWishes
from store.states import AlertWay
from store.tables import alerts
from tests.actions.conftest import ANA, ROOT, VIEWER, RememberingWakeUp, lines

NEWS = News(
    "lab", "week 49", Wording(es="Menos citas", en="Fewer citations"), Wording(es="Baja a 81 %")
)


@pytest.fixture(autouse=True)
def people(services: Services) -> None:
    for actor in (ANA, ROOT, VIEWER):
        services.store.people.add(actor.name, actor.role, actor.name)


def told(services: Services) -> set[tuple[str, str, str]]:
    query = alerts.select().order_by(alerts.c.id)
    with services.database.read() as tx:
        return {(row.recipient, row.way, row.subject) for row in tx.execute(query)}


def with_mail(services: Services) -> Services:
    more = {"smtp_host": "mail.example.com", "alert_webhook_url": "https://hook.example.com"}
    return dataclasses.replace(services, settings=services.settings.model_copy(update=more))


def recipients(services: Services, to: Sequence[str] = ()) -> set[str]:
    notifier.alert(services, ANA, NEWS, to)
    return {recipient for recipient, _, _ in told(services)}


def test_editors_and_administrators_are_told_in_the_studio(services: Services) -> None:
    assert recipients(services) == {ANA.name, ROOT.name}
    assert ("ana@example.com", "alert raised") in lines(services)


def test_only_those_who_are_named_are_told(services: Services) -> None:
    assert recipients(services, [VIEWER.name]) == {VIEWER.name}


def test_all_three_ways_wake_the_worker_for_what_must_be_sent(
    services: Services, wake_up: RememberingWakeUp
) -> None:
    assert notifier.alert(with_mail(services), ANA, NEWS, [ANA.name]) == 3
    assert told(services) == {
        (ANA.name, AlertWay.STUDIO, "Menos citas"),
        (ANA.name, AlertWay.EMAIL, "Menos citas"),
        (WEBHOOK, AlertWay.WEBHOOK, "Fewer citations"),
    }
    assert {job for job, _ in wake_up.notified} == {ALERT}


def test_the_same_news_are_told_once(services: Services) -> None:
    assert notifier.alert(services, ANA, NEWS) == 2
    assert notifier.alert(services, ROOT, NEWS) == 0


def test_who_mutes_a_kind_is_not_told(services: Services) -> None:
    notifier.wish(services, ANA, AlertWishes(muted=("lab",)))
    assert recipients(services) == {ROOT.name}


def test_who_was_shut_out_is_not_told(services: Services) -> None:
    services.store.people.disable(ANA.name)
    notifier.alert(services, ROOT, NEWS)
    assert {recipient for recipient, _, _ in told(services)} == {ROOT.name}


def test_a_viewer_raises_nothing(services: Services) -> None:
    with pytest.raises(Forbidden):
        notifier.alert(services, VIEWER, NEWS)
    assert told(services) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "pigeon"},
        {"key": ""},
        {"key": "k" * 121},
        {"subject": Wording()},
        {"subject": Wording(es="s" * 201)},
        {"text": Wording(es="t" * 4_001)},
        {"link": "https://elsewhere.example.com"},
        {"link": "//elsewhere.example.com"},
        {"link": "javascript:alert(1)"},
    ],
)
def test_news_that_cannot_be_told_are_refused(services: Services, wrong: dict[str, str]) -> None:
    whole = {"kind": "lab", "key": "k", "subject": Wording(es="s"), "text": Wording(es="t")}
    with pytest.raises(Invalid):
        notifier.alert(services, ANA, News(**{**whole, **wrong}))  # type: ignore[arg-type]


def test_a_stranger_is_named(services: Services) -> None:
    with pytest.raises(Invalid, match=r"nobody here called zoe@example\.com"):
        notifier.alert(services, ANA, NEWS, [ANA.name, "zoe@example.com"])


def test_a_program_has_no_wishes(services: Services) -> None:
    with pytest.raises(NotFound):
        notifier.wish(services, INSTALLATION, AlertWishes())
