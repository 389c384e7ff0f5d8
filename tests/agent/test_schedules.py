"""When a schedule comes next, in the hours of a place."""

import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.schedules import Schedule

ZONES = ("UTC", "America/Mexico_City", "Europe/Madrid", "Asia/Kathmandu", "Pacific/Apia")


def at(text: str, zone: str = "UTC") -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()


def test_each_day_at_an_hour_of_a_place() -> None:
    daily = Schedule(hour=8, minute=30, zone="America/Mexico_City")  # six hours behind
    assert daily.after(at("2026-03-01T14:29:59")) == at("2026-03-01T14:30")
    assert daily.after(at("2026-03-01T14:30:00")) == at("2026-03-02T14:30")


def test_each_week_on_a_day() -> None:
    mondays = Schedule(every="week", weekday=0, hour=9)
    assert mondays.after(at("2026-12-01T00:00")) == at("2026-12-07T09:00")  # a Tuesday
    assert mondays.after(at("2026-12-07T09:00")) == at("2026-12-14T09:00")


def test_the_hour_is_kept_when_the_clock_changes() -> None:
    daily = Schedule(hour=8, zone="Europe/Madrid")
    assert daily.after(at("2026-03-28T12:00")) == at("2026-03-29T06:00")
    assert daily.after(at("2026-10-24T12:00")) == at("2026-10-25T07:00")


def test_an_hour_that_comes_twice_is_taken_once_and_one_that_is_left_out_is_made_up() -> None:
    twice = Schedule(hour=2, minute=30, zone="Europe/Madrid")
    first = twice.after(at("2026-10-24T12:00"))
    assert first == at("2026-10-25T00:30")
    assert twice.after(first) == at("2026-10-26T01:30")
    assert twice.after(at("2026-03-28T12:00")) == at("2026-03-29T01:30")


@given(
    now=st.floats(1.6e9, 2.2e9),
    every=st.sampled_from(["day", "week"]),
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(ZONES),
)
def test_it_comes_later_and_within_its_span(
    now: float, every: str, weekday: int, hour: int, minute: int, zone: str
) -> None:
    one = Schedule.model_validate(
        {"every": every, "weekday": weekday, "hour": hour, "minute": minute, "zone": zone}
    )
    span = (8 if every == "week" else 2) * 86_400 + 7_200
    assert now < one.after(now) <= now + span


@pytest.mark.parametrize(
    "wrong", [{"hour": 24}, {"minute": 60}, {"weekday": 7}, {"zone": "Mars"}, {"every": "hour"}]
)
def test_a_time_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Schedule.model_validate(wrong)
