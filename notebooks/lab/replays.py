"""Replays: recorded conversations played to a candidate, with their gaps, by the workers."""

import pandas as pd

from . import shown
from .api import Api, Json, part
from .errors import LabError
from .progress import Progress, wait_until

OVER = ("done", "stopped", "over_budget")
COLUMNS = ["conversation_id", "asked", "then", "now", "outcome_then", "outcome_now", "changes"]


class Replay:
    """A replay of the studio. Nothing of it is sent to anybody."""

    def __init__(self, api: Api, found: Json) -> None:
        self.api = api
        self.id: str = found["id"]
        self.now: Json = found

    def refresh(self) -> "Replay":
        """Look at it again."""
        self.now = self.api.get(f"/replays/{part(self.id)}")
        return self

    def wait(self, seconds: float = 3600.0) -> "Replay":
        """Wait until it is over. Raises LabError after *seconds*; the workers go on."""
        bar = Progress("replay")
        try:
            over = wait_until(lambda: self._look(bar), seconds)
        finally:
            bar.end()
        if not over:
            raise LabError("It is not over yet. The workers go on: replay.wait() waits again.")
        return self

    def _look(self, bar: Progress) -> bool:
        progress = self.refresh().now["progress"]
        bar.show(progress["done"] + progress["failed"], progress["total"])
        return self.now["state"] in OVER

    @property
    def sums(self) -> pd.Series:
        """What was found, then and now: turns, hand-offs, costs, and what changed how often."""
        return pd.Series(self.now["sums"])

    def changes(self) -> pd.DataFrame:
        """Return one row a stretch of a conversation that went otherwise; `changes` says in what:
        text, outcome, bursts, handoff."""
        rows = self.api.rows(f"/replays/{part(self.id)}/rows", changed="true")
        found = [
            _stretch(row["conversation_id"], one)
            for row in rows
            for one in row["stretches"]
            if one["changes"]
        ]
        return pd.DataFrame(found, columns=COLUMNS)

    def _repr_html_(self) -> str:
        facts = {"state": self.now["state"], **self.now["sums"]}
        return shown.block(self.now["name"] or "replay", shown.pairs(facts))

    def __repr__(self) -> str:
        return f"<Replay {self.now['name'] or self.id}, {self.now['state']}>"


def _stretch(conversation: int, one: Json) -> Json:
    told = {"conversation_id": conversation, "asked": "\n".join(one["asked"])}
    for side in ("then", "now"):
        told[side] = "\n".join(reply["text"] for reply in one[side])
        told[f"outcome_{side}"] = ", ".join(reply["outcome"] for reply in one[side])
    return {**told, "changes": ", ".join(one["changes"])}
