"""`python -m jobs.restore FILE [--yes] [--nothing-since]`: put a backup in place of what is there.

Everything is unpacked, loaded and checked beside what is there before anything changes; then
`jobs.restore_switch` changes places. Broken off before that, nothing has happened; broken off
within it, `python -m jobs.restore` without a file finishes it.
"""

import argparse
import os
import re
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from agent import running
from agent.private import keep_private
from agent.settings import Settings
from jobs import worker_liveness
from jobs.backup_file import DATA, FORMAT, TABLES, CannotRestore, Manifest, program, unpack
from jobs.restore_switch import Plan, Restored, complete, finish
from store import beside, portable
from store.db.database import Database
from store.db.migrate import migrate, revisions

RUNNING = (
    "Agent Studio is running on this data. Stop it first: Ctrl-C where `make run` runs, in"
    " containers `docker compose stop bot studio turns chores sweeper`. Then restore."
)
CONNECTED = (
    "{count} others are connected to this PostgreSQL database. Stop every part of Agent Studio, on"
    " every host, and close what else has it open. Then restore."
)
ELSEWHERE = "DATABASE_URL names an SQLite file outside DATA_DIR. Unset it, then restore."
NEWER = (
    "The backup was made by Agent Studio {theirs} (schema {schema}); this is {ours}, which does not"
    " know that. Update this program, then restore."
)
WHICH = "Say which backup: make restore FILE=data/backups/studio-....tar.gz"
SCRIPT = "Nobody is here to be asked. A script says --yes (make restore FILE=... YES=1)."
_SIDE = "restoring-"


def restore(
    settings: Settings,
    file: Path,
    nothing_since: bool = False,
    agreed: Callable[[Manifest], bool] = lambda manifest: True,
) -> Restored:
    """Put the backup *file* in place of what is there, if *agreed* says so of its manifest.

    *nothing_since*: no part ran since the backup was made, so what waited then waits still; else
    staff decide about it. Raises CannotRestore, with everything left as it was.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with running.alone(settings.data_dir) as is_alone:
        _refuse_running(settings, is_alone)
        finish(settings)
        for left in settings.data_dir.glob(f"{_SIDE}*"):
            shutil.rmtree(left)
        stamp = f"{datetime.now(UTC):%Y%m%d_%H%M%S_%f}"
        side = settings.data_dir / f"{_SIDE}{stamp}"
        try:
            manifest = _unpacked(file, side, agreed)
            kind = _load(settings, side, manifest, stamp)
            Plan(stamp=stamp, database=kind, nothing_since=nothing_since).keep(side)
            os.sync()
            ready = side.rename(settings.data_dir / f"{running.SWITCHING}{stamp}")
        except BaseException:
            shutil.rmtree(side, ignore_errors=True)
            raise
        return complete(settings, ready)


def _refuse_running(settings: Settings, is_alone: bool) -> None:
    if not is_alone or worker_liveness.anybody(settings.data_dir):
        raise CannotRestore(RUNNING)
    place = make_url(settings.sql_url)
    if place.get_backend_name() == "sqlite":
        if Path(str(place.database)).resolve().parent != settings.data_dir.resolve():
            raise CannotRestore(ELSEWHERE)
        return
    database = Database(settings.sql_url, pool_size=1)
    try:
        count = beside.others(database)
    finally:
        database.close()
    if count:
        raise CannotRestore(CONNECTED.format(count=count))


def _unpacked(file: Path, side: Path, agreed: Callable[[Manifest], bool]) -> Manifest:
    manifest = unpack(file, side)
    theirs, ours = manifest.program, program()
    known = manifest.format <= FORMAT and manifest.revision in revisions()
    if not known or _numbers(theirs) > _numbers(ours):
        raise CannotRestore(NEWER.format(theirs=theirs, schema=manifest.revision, ours=ours))
    if not agreed(manifest):
        raise CannotRestore("Nothing was changed.")
    return manifest


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _load(settings: Settings, side: Path, manifest: Manifest, stamp: str) -> str:
    """Load the rows into a database beside the one in use, and check it; return its kind."""
    database = Database(_beside(settings, side, stamp), pool_size=1)
    try:
        _fill(database, side / TABLES, manifest)
    except (ValueError, portable.Unfit) as error:
        raise CannotRestore(f"The backup's rows are not whole: {error}.") from None
    except SQLAlchemyError as error:
        raise CannotRestore(f"The rows cannot be loaded: {_why(error)}.") from None
    finally:
        database.close()
    shutil.rmtree(side / TABLES)
    return "sqlite" if database.is_sqlite else "postgresql"


def _beside(settings: Settings, side: Path, stamp: str) -> str:
    """The address of a new, empty database beside the one in use."""
    place = make_url(settings.sql_url)
    (side / DATA).mkdir(exist_ok=True)
    if place.get_backend_name() == "sqlite":
        path = side / DATA / Path(str(place.database)).name
        if path.exists():
            raise CannotRestore(f"The backup holds a file named {path.name}, as no backup does.")
        return f"sqlite:///{path}"
    database = Database(settings.sql_url, pool_size=1)
    try:
        beside.make(database, beside.BESIDE + stamp)
    finally:
        database.close()
    return beside.url_of(settings.sql_url, beside.BESIDE + stamp)


def _fill(database: Database, folder: Path, manifest: Manifest) -> None:
    """Make the schema that the backup had, fill it, check it, bring it up to date."""
    migrate(database, manifest.revision)
    with database.write() as tx:
        for name, table in manifest.tables.items():
            portable.load(tx, name, table.columns, folder / f"{name}.jsonl")
        portable.check(tx, {name: table.rows for name, table in manifest.tables.items()})
    migrate(database)
    with database.read() as tx:
        portable.check(tx, {})


def _why(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", error)).partition("\n")[0]


# --- the command


def _asking(manifest: Manifest) -> bool:
    counts = [
        f"{name} {manifest.tables[name].rows}"
        for name in ("agents", "conversations", "messages", "sources")
        if name in manifest.tables
    ]
    print(f"Made {manifest.made_at} by Agent Studio {manifest.program}: {', '.join(counts)}.")
    print("It takes the place of everything that is there now, which is kept aside.")
    return input("Type yes to go on: ").strip().lower() in ("yes", "sí", "si")


def _told(done: Restored) -> str:
    lines = [
        "Restored. Start again; what was there before is kept, remove it when all is well:",
        *[f"  {place}" for place in done.kept],
        f"Vectors are made anew from the passages of {done.bases} bases by the chore worker, once"
        " it runs; until then they are searched by words.",
    ]
    if done.in_doubt:
        lines.append(
            f"{done.in_doubt.replies} replies and {done.in_doubt.conversations} conversations were"
            " under way when the backup was made: staff decide about them in the studio (Not"
            " delivered, Inbox), because they may have been sent and answered since."
        )
    return "\n".join(lines)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m jobs.restore", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="a backup; none: finish what broke off")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--nothing-since",
        action="store_true",
        help="nothing ran since the backup was made: go on with what waited then",
    )
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> Restored | None:
    settings = Settings()
    if options.file is None:
        with running.alone(settings.data_dir) as is_alone:
            _refuse_running(settings, is_alone)
            return finish(settings)
    if not options.yes and not sys.stdin.isatty():
        raise CannotRestore(SCRIPT)
    agreed = (lambda manifest: True) if options.yes else _asking
    return restore(settings, options.file, options.nothing_since, agreed)


def main(arguments: list[str]) -> int:
    """Restore with the settings of the environment; 0 when the backup is in place."""
    keep_private()
    try:
        done = _run(_options(arguments))
    except CannotRestore as reason:
        print(reason, file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"The database does not do what is asked: {_why(error)}.", file=sys.stderr)
    except OSError as error:
        print(f"DATA_DIR cannot be written: {error}. Mend that, then restore.", file=sys.stderr)
    except (EOFError, KeyboardInterrupt):
        print("\nNothing was changed.", file=sys.stderr)
    else:
        print(_told(done) if done else WHICH, file=sys.stdout if done else sys.stderr)
        return 0 if done else 1
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
