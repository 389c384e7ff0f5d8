"""Office hours: when people of the team answer, and what a customer is told outside of them.

A hand-off outside office hours still happens; only its one sentence differs, and says when
somebody will write. Times are those of the shop's own time zone (IANA names, as in
https://www.iana.org/time-zones), so summer time is minded.
"""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from agent.language import primary
from agent.spec import Day, OfficeHours, Spec

DAY_NAMES = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "pt": (
        "segunda-feira",
        "terça-feira",
        "quarta-feira",
        "quinta-feira",
        "sexta-feira",
        "sábado",
        "domingo",
    ),
}
# Today, tomorrow, on a day; {day} is a name, {time} like 9:00.
WHEN = {
    "es": (
        "hoy a partir de las {time}",
        "mañana a partir de las {time}",
        "el {day} a partir de las {time}",
    ),
    "en": ("today from {time}", "tomorrow from {time}", "on {day} from {time}"),
    "pt": ("hoje a partir das {time}", "amanhã a partir das {time}", "{day} a partir das {time}"),
}


def closing(spec: Spec, language: str, now: float) -> str:
    """Return the one sentence with which a customer is passed to a person at *now*."""
    hours = spec.handoff.office_hours
    if hours is None or not is_closed(spec, now):
        return spec.handoff.message.in_language(language, *spec.languages)
    spoken = next((one for one in (language, *spec.languages) if hours.away.own(one)), "es")
    when = _when(hours, now, primary(spoken))
    return hours.away.in_language(spoken).replace("{when}", when)


def is_closed(spec: Spec, now: float) -> bool:
    """Whether the agent's team has hours, and *now* is outside of them."""
    hours = spec.handoff.office_hours
    return hours is not None and not is_open(hours, now)


def is_open(hours: OfficeHours, now: float) -> bool:
    """Whether somebody is there at *now* (seconds since 1970)."""
    here, days = _local(hours, now), _days(hours)
    yesterday = (here.weekday() - 1) % 7
    time = f"{here:%H:%M}"
    if hours.opens < hours.closes:
        return here.weekday() in days and hours.opens <= time < hours.closes
    # A night shift belongs to the day on which it begins.
    return (here.weekday() in days and time >= hours.opens) or (
        yesterday in days and time < hours.closes
    )


def next_opening(hours: OfficeHours, now: float) -> datetime:
    """Return when somebody is there again, in the shop's own time; *now* is outside the hours."""
    here, days = _local(hours, now), _days(hours)
    hour, minute = map(int, hours.opens.split(":"))
    for ahead in range(8):
        day = here.date() + timedelta(days=ahead)
        opening = datetime(day.year, day.month, day.day, hour, minute, tzinfo=here.tzinfo)
        if opening > here and opening.weekday() in days:
            return opening
    raise AssertionError("office hours name at least one day")


def _when(hours: OfficeHours, now: float, language: str) -> str:
    opening, here = next_opening(hours, now), _local(hours, now)
    spoken = language if language in WHEN else "es"
    today, tomorrow, some_day = WHEN[spoken]
    ahead = (opening.date() - here.date()).days
    form = today if ahead == 0 else tomorrow if ahead == 1 else some_day
    return form.format(
        day=DAY_NAMES[spoken][opening.weekday()], time=f"{opening.hour}:{opening.minute:02}"
    )


def _days(hours: OfficeHours) -> set[int]:
    return {get_args(Day).index(day) for day in hours.days}


def _local(hours: OfficeHours, now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(hours.timezone))
