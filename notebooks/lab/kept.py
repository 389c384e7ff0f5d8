"""Notebooks that the studio keeps: run by a worker in one's own name, now or on a schedule."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from . import shown
from .api import Api, Json, part
from .errors import LabError
from .progress import wait_until

OPEN = ("waiting", "running")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COLUMNS = ["created_at", "state", "error", "person", "seconds", "verified", "id"]


class Run:
    """A run of a notebook by a worker."""

    def __init__(self, api: Api, found: Json) -> None:
        self.api = api
        self.id: str = found["id"]
        self.now: Json = found

    def wait(self, seconds: float = 3600.0) -> "Run":
        """Wait until it is over. Raises LabError after *seconds*, and when it failed."""
        if not wait_until(self._is_over, seconds):
            raise LabError("It is not over yet. The worker goes on: run.wait() waits again.")
        if self.now["state"] != "done":
            raise LabError(f"The run ended: {self.now['error']}. {self.now['detail']}".strip())
        return self

    def _is_over(self) -> bool:
        self.now = self.api.get(f"/notebook-runs/{part(self.id)}")
        return self.now["state"] not in OPEN

    def executed(self) -> Json:
        """Return the executed copy, nbformat 4."""
        return dict(self.api.get(f"/notebook-runs/{part(self.id)}/executed")["executed"])

    @property
    def as_evidence(self) -> Json:
        """How a release names it."""
        return {"notebook": self.id, "sha256": ""}

    def stop(self) -> None:
        """End it."""
        self.now = self.api.post(f"/notebook-runs/{part(self.id)}/stop")

    def _repr_html_(self) -> str:
        names = ("state", "error", "detail", "seconds", "parameters")
        return shown.block("run", shown.pairs({name: self.now[name] for name in names}))

    def __repr__(self) -> str:
        return f"<Run {self.id}, {self.now['state']}>"


class KeptNotebook:
    """A notebook of the studio."""

    def __init__(self, api: Api, found: Json) -> None:
        self.api = api
        self.id: str = found["id"]
        self.name: str = found["name"]
        self.now: Json = found

    def run(self, *, wait: bool = True, **parameters: Any) -> Run:
        """Have a worker run it with these *parameters*, with your rights, an editor's at most.

        Raises NotAllowed unless an administrator lets you run notebooks.
        """
        made = self.api.post(f"{self._path}/runs", {"parameters": parameters})
        return Run(self.api, made).wait() if wait else Run(self.api, made)

    def schedule(
        self,
        every: str = "day",
        *,
        weekday: str = "monday",
        hour: int = 8,
        minute: int = 0,
        zone: str = "UTC",
        **parameters: Any,
    ) -> "KeptNotebook":
        """Have it run by itself each "day" or "week", in your name, with these *parameters*."""
        if weekday not in DAYS:
            raise LabError(f"Choose a weekday out of {', '.join(DAYS)}.")
        times = {"every": every, "weekday": DAYS.index(weekday), "hour": hour, "minute": minute}
        return self._plan({"schedule": {**times, "zone": zone}, "parameters": parameters})

    def unschedule(self) -> "KeptNotebook":
        """Have it run by itself no more."""
        return self._plan({"schedule": None})

    def runs(self) -> pd.DataFrame:
        """Return one row a run, the newest first."""
        found = pd.DataFrame(self.api.rows(f"{self._path}/runs"), columns=COLUMNS)
        found["created_at"] = pd.to_datetime(found["created_at"], unit="s", utc=True)
        return found

    def _plan(self, body: Json) -> "KeptNotebook":
        self.now = self.api.send("PUT", f"{self._path}/schedule", body)
        return self

    @property
    def _path(self) -> str:
        return f"/notebooks/{part(self.id)}"

    def _repr_html_(self) -> str:
        names = ("origin", "schedule", "parameters", "scheduled_by", "updated_by")
        return shown.block(self.name, shown.pairs({name: self.now.get(name) for name in names}))

    def __repr__(self) -> str:
        return f"<Notebook {self.name!r}>"


def read(path: str | Path) -> Json:
    """Return the notebook in a file. Raises LabError."""
    try:
        body: Json = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LabError(f"There is no notebook at {path}: {error}.") from error
    return body
