"""The Alerts page as plain functions."""

import pytest

from actions import notifier
from actions.notifier import News
from agent.actor import Actor
from agent.spec import Wording
from store.people.alert_wishes import AlertWishes
from store.states import AlertWay
from studio.errors import BadFields
from studio.pages import alerts
from studio.state import Studio
from tests.studio.conftest import Caller

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROOT = Actor("admin@example.com", "admin")
LINK = "/studio/es/insights"


def raised(studio: Studio, **more: str) -> None:
    words = {"subject": Wording(es="<b>Menos</b> citas"), "text": Wording(es="Baja a 81 %")}
    news = News("lab", "week 49", **words, link=more.get("link", LINK))  # type: ignore[arg-type]
    notifier.alert(studio.services, ROOT, news)


def drawn(studio: Studio, told: alerts.Told) -> str:
    return str(alerts.shown(studio, told)[0])


def test_an_alert_is_new_until_it_is_read(studio: Studio, editor: Caller) -> None:
    raised(studio)
    told = alerts.first(studio, editor)
    assert "Baja a 81 %" in drawn(studio, told)
    assert f'href="{LINK}"' in drawn(studio, told)
    assert studio.say("alerts.new") in drawn(studio, told)
    after = alerts.read(studio, editor, "read", str(told.alerts[0].id))
    assert studio.say("alerts.new") not in drawn(studio, after)


def test_an_alerts_words_are_words(studio: Studio, editor: Caller) -> None:
    raised(studio, link="/elsewhere")
    told = drawn(studio, alerts.first(studio, editor))
    assert "<b>Menos" not in told
    assert "elsewhere" not in told


def test_each_sees_their_own_and_a_viewer_none(studio: Studio, viewer: Caller) -> None:
    raised(studio)
    assert alerts.first(studio, viewer).alerts == []


def test_wishes_are_kept(studio: Studio, viewer: Caller) -> None:
    kept = alerts.wish(studio, viewer, ["email"], ["bar"], 9, 18, " America/Bogota ")
    assert kept.wishes == AlertWishes(
        ways=(AlertWay.EMAIL,), muted=("bar",), opens=9, closes=18, zone="America/Bogota"
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((["pigeon"], [], 0, 0, "UTC"), "ways"),
        (([], [], -1, 0, "UTC"), "opens"),
        (([], [], 0, 99, "UTC"), "closes"),
        (([], [], 0, None, "UTC"), "closes"),
        (([], [], 0, 0, "Mars"), "zone"),
    ],
)
def test_wishes_that_cannot_be_name_the_field(
    studio: Studio, viewer: Caller, values: tuple[object, ...], field: str
) -> None:
    with pytest.raises(BadFields) as refused:
        alerts.wish(studio, viewer, *values)  # type: ignore[arg-type]
    assert refused.value.fields[0][0] == f"alerts.{field}"
