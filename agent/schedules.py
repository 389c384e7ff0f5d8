"""When something happens again: each day, or each week on a day, at an hour of a place."""

import datetime
import zoneinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

WEEK = 7


def _zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("There is no time zone of that name.")
    return name


Zone = Annotated[str, AfterValidator(_zone)]


class Schedule(BaseModel):
    """`weekday` counts from Monday, 0, and is looked at when `every` is `week`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Literal["day", "week"] = "day"
    weekday: int = Field(0, ge=0, le=6)
    hour: int = Field(8, ge=0, le=23)
    minute: int = Field(0, ge=0, le=59)
    zone: Zone = "UTC"

    def after(self, now: float) -> float:
        """Return the next time that is later than *now* (seconds since 1970).

        An hour that a clock leaves out counts as the one it would have been, one that comes twice
        is taken once (PEP 495, fold 0).
        """
        zone = zoneinfo.ZoneInfo(self.zone)
        today = datetime.datetime.fromtimestamp(now, zone).date()
        for days in range(-1, WEEK + 2):
            day = today + datetime.timedelta(days=days)
            at = datetime.datetime.combine(day, datetime.time(self.hour, self.minute), zone)
            fits = self.every == "day" or day.weekday() == self.weekday
            if fits and at.timestamp() > now:
                return at.timestamp()
        raise AssertionError("a week has every day")  # pragma: no cover
