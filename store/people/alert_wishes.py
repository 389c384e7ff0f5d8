"""How a person wants to be told: of what, by which ways, and in which hours."""

import datetime
import zoneinfo
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from store.states import AlertWay

DAY_HOURS = 24
KINDS = ("lab", "notebook", "bar", "knowledge")  # each has a text `alerts.kind.NAME` in the studio


def _zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("There is no time zone of that name.")
    return name


class AlertWishes(BaseModel):
    """`ways` by which, `muted` kinds not at all; e-mail waits for the hours from `opens` to
    `closes` (local hours, 0 to 24; over midnight when `closes` is the smaller; equal: always).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ways: tuple[AlertWay, ...] = (AlertWay.STUDIO, AlertWay.EMAIL)
    muted: tuple[str, ...] = ()
    opens: int = Field(0, ge=0, le=DAY_HOURS)
    closes: int = Field(0, ge=0, le=DAY_HOURS)
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"

    def wants(self, kind: str, way: AlertWay) -> bool:
        """True when alerts of *kind* shall come by *way*."""
        return way in self.ways and kind not in self.muted

    def next_open(self, now: float) -> float:
        """Return *now* within the hours, or when they begin next (seconds since 1970)."""
        here = datetime.datetime.fromtimestamp(now, zoneinfo.ZoneInfo(self.zone))
        if self._is_open(here.hour):
            return now
        start = here.replace(hour=self.opens % DAY_HOURS, minute=0, second=0, microsecond=0)
        if start <= here:
            start += datetime.timedelta(days=1)
        return start.timestamp()

    def _is_open(self, hour: int) -> bool:
        opens, closes = self.opens % DAY_HOURS, self.closes % DAY_HOURS
        if opens == closes:
            return True
        within = opens <= hour < closes
        return within if opens < closes else not closes <= hour < opens
