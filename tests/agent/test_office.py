"""Office hours in the shop's own time zone, and the sentence a customer gets outside of them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from agent.office import closing, is_open, next_opening
from agent.spec import HandoffRules, OfficeHours, Spec

MEXICO = OfficeHours(timezone="America/Mexico_City")
NIGHT = OfficeHours(timezone="America/Mexico_City", days=("fri",), opens="22:00", closes="06:00")


def at(text: str, zone: str = "America/Mexico_City") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def spec_with(hours: OfficeHours | None) -> Spec:
    return Spec(name="Sofía", handoff=HandoffRules(office_hours=hours))


@pytest.mark.parametrize(
    ("when", "there"),
    [
        ("2026-11-20 08:59:59", False),
        ("2026-11-20 09:00:00", True),
        ("2026-11-20 17:59:59", True),
        ("2026-11-20 18:00:00", False),
        ("2026-11-21 12:00:00", False),  # a Saturday
    ],
)
def test_the_hours_begin_and_end_to_the_second(when: str, there: bool) -> None:
    assert is_open(MEXICO, at(when)) is there


@pytest.mark.parametrize(
    ("when", "there"),
    [
        ("2026-11-20 21:59:00", False),
        ("2026-11-20 23:00:00", True),
        ("2026-11-21 05:59:00", True),  # still Friday's shift
        ("2026-11-21 06:00:00", False),
        ("2026-11-20 05:00:00", False),  # Thursday has none
    ],
)
def test_a_night_shift_belongs_to_the_day_it_begins_on(when: str, there: bool) -> None:
    assert is_open(NIGHT, at(when)) is there


def test_the_hours_are_those_of_the_shop_and_mind_summer_time() -> None:
    madrid = OfficeHours(timezone="Europe/Madrid")
    assert is_open(madrid, at("2026-07-01 07:30", "UTC"))  # 9:30 in summer
    assert not is_open(madrid, at("2026-12-01 07:30", "UTC"))  # 8:30 in winter


def test_the_next_opening_skips_days_off() -> None:
    friday_evening = at("2026-11-20 19:00")
    assert next_opening(MEXICO, friday_evening).isoformat() == "2026-11-23T09:00:00-06:00"


@pytest.mark.parametrize(
    ("when", "language", "ending"),
    [
        ("2026-11-20 07:00", "es", "hoy a partir de las 9:00."),
        ("2026-11-19 20:00", "es", "mañana a partir de las 9:00."),
        ("2026-11-20 20:00", "es", "el lunes a partir de las 9:00."),
        ("2026-11-20 20:00", "en", "on Monday from 9:00."),
        ("2026-11-20 20:00", "pt", "segunda-feira a partir das 9:00."),
    ],
)
def test_outside_the_hours_the_customer_is_told_when_somebody_writes(
    when: str, language: str, ending: str
) -> None:
    assert closing(spec_with(MEXICO), language, at(when)).endswith(ending)


def test_within_the_hours_or_without_any_the_usual_sentence_is_said() -> None:
    open_now = spec_with(MEXICO)
    assert closing(open_now, "es", at("2026-11-20 12:00")) == open_now.handoff.message.es
    always = spec_with(None)
    assert closing(always, "en", at("2026-11-21 03:00")) == always.handoff.message.en


def test_a_text_of_ones_own_may_leave_the_time_out() -> None:
    hours = OfficeHours(away={"es": "Cerrado {por hoy}."})
    assert closing(spec_with(hours), "es", at("2026-11-21 12:00")) == "Cerrado {por hoy}."


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Marte/Olympus"},
        {"timezone": "../../etc/passwd"},
        {"timezone": ""},
        {"opens": "9"},
        {"closes": "24:00"},
        {"days": ()},
        {"days": ("lunes",)},
    ],
)
def test_hours_that_cannot_be_kept_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OfficeHours(**wrong)


def test_office_hours_travel_in_the_exported_file() -> None:
    spec = spec_with(NIGHT)
    assert Spec.from_yaml(spec.to_yaml()) == spec
