"""The notebook that is being run, as something that a release can be shown."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from .api import Api, Json, part
from .errors import LabError, Refused

NAMES = ("JPY_SESSION_NAME",)  # where Jupyter says which file its kernel belongs to


@dataclass(frozen=True)
class Notebook:
    """A notebook's file as it is on disk. Run by hand, it is kept and marked "not verified".

    One that a worker runs is named by its run's id, and has no hash: the copy is not there yet.
    """

    name: str
    sha256: str
    path: Path | None = None

    def handed_in(self, api: Api) -> Json:
        """Give the studio the executed copy, where it takes it; return how a release names it."""
        if self.path is None:
            return {"notebook": self.name}
        try:
            return {"notebook": self._hand_in(api, self.path)}
        except (Refused, ValueError):  # too large, or no notebook of Jupyter
            return {"notebook": self.name, "sha256": self.sha256}

    def _hand_in(self, api: Api, path: Path) -> str:
        body, name = json.loads(path.read_text("utf-8")), path.stem
        there = [one["id"] for one in api.rows("/notebooks") if one["name"] == name]
        kept = there[0] if there else api.post("/notebooks", {"name": name, "body": body})["id"]
        return str(api.post(f"/notebooks/{part(kept)}/executed", {"body": body})["id"])


def this_notebook(path: str | Path = "") -> Notebook:
    """Return the notebook at *path*; without one, the one that runs, where Jupyter tells which.

    Save it first: what counts is the file. Raises LabError when there is none.
    """
    if not path and os.environ.get("LAB_RUN"):
        return Notebook(os.environ["LAB_RUN"], "")
    said = [Path(os.environ[name]) for name in NAMES if os.environ.get(name)]
    for file in [Path(path)] if path else said:
        if file.is_file():
            return Notebook(file.name, hashlib.sha256(file.read_bytes()).hexdigest(), file)
    raise LabError(
        f"There is no notebook at {path}."
        if path
        else 'Which notebook this is cannot be told here: lab.this_notebook("my.ipynb").'
    )
