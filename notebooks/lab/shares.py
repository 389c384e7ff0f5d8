"""Versions that some of the customers meet, and how they do beside the others."""

from typing import Any

import pandas as pd

from . import shown
from .api import Api, Json, part

HEAD = ("measure", "old", "new", "low", "high", "verdict")


class Share:
    """A share as it stood when it was read."""

    def __init__(self, api: Api, agent_id: str, found: Json) -> None:
        self.api, self._agent_id, self.now = api, agent_id, found
        self.id: int = found["id"]

    @property
    def table(self) -> pd.DataFrame:
        """One row a measure: both means, the interval of the difference, p and a verdict. Of
        `cost` in US dollars a customer, of the others shares of customers."""
        rows = self.now["comparison"].get("measures", [])
        columns = ["measure", "old", "new", "low", "high", "p", "corrected", "verdict"]
        return pd.DataFrame(rows, columns=columns).set_index("measure").round(4)

    def promote(self, *, note: str = "", override: str = "") -> None:
        """Let its version answer all customers. Raises Refused with what keeps it back."""
        self.api.post(f"{self._path}/promote", {"note": note, "override": override})

    def withdraw(self) -> None:
        """Let its customers meet again what all others do."""
        self.api.post(f"{self._path}/withdraw")

    @property
    def _path(self) -> str:
        return f"/agents/{part(self._agent_id)}/shares/{part(self.id)}"

    def _repr_html_(self) -> str:
        names = ("state", "channel", "part", "settles_after", "note")
        facts: dict[str, Any] = {name: self.now[name] for name in names}
        rows = [
            tuple(one[name] for name in HEAD) for one in self.table.reset_index().to_dict("records")
        ]
        return shown.block(f"v{self.now['number']}", shown.pairs(facts), shown.table(rows, HEAD))

    def __repr__(self) -> str:
        return f"<Share {self.now['part']:.1%} v{self.now['number']}, {self.now['state']}>"


def shares(api: Api, agent_id: str) -> list[Share]:
    """Return the shares of an agent, the newest first."""
    found = api.rows(f"/agents/{part(agent_id)}/shares")
    return [Share(api, agent_id, one) for one in found]
