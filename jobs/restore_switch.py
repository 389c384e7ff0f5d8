"""What was restored beside changes places with what was there; broken off anywhere, it goes on.

    1  PostgreSQL: both schemas change places in one transaction
    2  everything in the data folder goes to `replaced-...`, then a mark is set
    3  everything that was restored goes into the data folder
    4  staff get what was under way, vectors are asked for, the folder `restored-...` is removed

Each step does nothing when it is done already. While `restored-...` is there, no part starts.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from agent import running
from agent.settings import Settings
from jobs.backup_file import DATA, CannotRestore
from knowledge.ingest.rebuilds import Rebuilds
from store import beside, in_doubt
from store.db.database import Database

PLAN = "plan.json"
ASIDE = "replaced-"
PERSON = "restore"  # who asked for the vectors
OTHER_KIND = (
    "A restore into {kind} was broken off, and DATABASE_URL names another database now. Set it as"
    " it was and run `make restore` to finish that first."
)
# They are of this machine, of other restores, or hold locks; the rest changes places.
_STAY = {"backups", "workers", "lost+found", "backup.lock", running.LOCK}
_STAYING = (ASIDE, running.SWITCHING, "restoring-", "backing-up-", ".")
_EMPTY_NOW = "emptied"  # a mark: what was there is aside


class Plan(BaseModel):
    """What a restore that broke off must know to go on."""

    stamp: str
    database: Literal["sqlite", "postgresql"]
    nothing_since: bool

    def keep(self, folder: Path) -> None:
        """Write it into the folder that waits to be put in place."""
        (folder / PLAN).write_text(self.model_dump_json(), encoding="utf-8")


@dataclass(frozen=True)
class Restored:
    """What a restore left to tell."""

    kept: list[str]  # where what was there before is
    bases: int
    in_doubt: in_doubt.InDoubt | None


def finish(settings: Settings) -> Restored | None:
    """Put in place what an earlier restore left, if one broke off. The caller is alone here."""
    ready = running.unfinished(settings.data_dir)
    return complete(settings, ready) if ready else None


def complete(settings: Settings, ready: Path) -> Restored:
    """Put in place what is in the folder *ready*. The caller is alone here."""
    plan = Plan.model_validate_json((ready / PLAN).read_text(encoding="utf-8"))
    kept = _swapped(settings, plan)
    aside = settings.data_dir / f"{ASIDE}{plan.stamp}"
    _change_places(settings.data_dir, ready, aside)
    kept += [str(aside)] if any(aside.iterdir()) else []
    done = _settled(settings, plan, kept)
    os.sync()
    shutil.rmtree(ready)
    return done


def _swapped(settings: Settings, plan: Plan) -> list[str]:
    """Change the schemas' places; return where the old one is, if there was one."""
    database = Database(settings.sql_url, pool_size=1)
    if database.is_sqlite != (plan.database == "sqlite"):
        raise CannotRestore(OTHER_KIND.format(kind=plan.database))
    if database.is_sqlite:
        return []  # its file changes places with the others
    aside = f"replaced_{plan.stamp}"
    try:
        beside.swap(database, beside.BESIDE + plan.stamp, aside)
        return [f"schema {aside} of the database"] if beside.holds(database, aside) else []
    finally:
        database.close()


def _change_places(data_dir: Path, ready: Path, aside: Path) -> None:
    aside.mkdir(exist_ok=True, mode=0o700)
    if not (ready / _EMPTY_NOW).exists():
        for path in [path for path in data_dir.iterdir() if not _stays(path.name)]:
            path.rename(aside / path.name)
        os.sync()
        (ready / _EMPTY_NOW).touch()
    for path in list((ready / DATA).iterdir()):
        path.rename(data_dir / path.name)


def _stays(name: str) -> bool:
    return name in _STAY or name.startswith(_STAYING)


def _settled(settings: Settings, plan: Plan, kept: list[str]) -> Restored:
    """Leave to staff what may have been done since, and ask for the vectors."""
    database = Database(settings.sql_url, pool_size=1)
    try:
        doubt = None if plan.nothing_since else in_doubt.settle(database)
        return Restored(kept, Rebuilds(database).all_anew(PERSON), doubt)
    finally:
        database.close()
