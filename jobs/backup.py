"""`python -m jobs.backup [FOLDER]`: one file with everything, while everything runs.

Prints the file's path. What is in it, and in which order it is taken: docs/decisions/0020.
"""

import fcntl
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from agent import running
from agent.private import keep_private
from agent.settings import Settings
from jobs import backup_pins as pins
from jobs.backup_file import DATA, TABLES, Manifest, Rows, program, write
from store import portable
from store.db.database import Database
from store.db.migrate import revisions

NOTHING = "There is no database of ours at {place} yet: nothing to back up."
OTHER_REVISION = (
    "The database is of revision {found} and this program of {ours}. Back it up with the program"
    " that it belongs to, or start this one once, which brings it up to date."
)
ONE_ALREADY = "Another backup is being made. Wait until it is done."
APART = "Not in it: .env (keep it apart; it holds your keys) and the vectors, which are made anew."
_DRAFT = "backing-up-"


class CannotBackUp(Exception):
    """The sentence says why and what to do."""


def back_up(settings: Settings, into: Path | None = None) -> Path:
    """Save the installation into a new file in the folder *into*; return the file's path.

    Raises CannotBackUp, SQLAlchemyError, OSError.
    """
    into = into or settings.data_dir / pins.BACKUPS
    _refuse_nothing(settings)
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _draft(settings.data_dir) as draft:
        moment = datetime.now(UTC)
        manifest = _take(settings, draft, f"{moment:%Y-%m-%dT%H:%M:%SZ}")
        return write(draft, manifest, _new(into, moment))


def _new(folder: Path, moment: datetime) -> Path:
    """A path that nothing has yet: one backup never takes another's place."""
    path = folder / f"studio-{moment:%Y%m%d-%H%M%S}.tar.gz"
    return _new(folder, moment + timedelta(seconds=1)) if path.exists() else path


def _refuse_nothing(settings: Settings) -> None:
    """Ask before SQLite makes a file where there is none."""
    place = make_url(settings.sql_url)
    if place.get_backend_name() == "sqlite" and not Path(str(place.database)).is_file():
        raise CannotBackUp(NOTHING.format(place=place.database))


@contextmanager
def _draft(data_dir: Path) -> Iterator[Path]:
    """A folder to gather in; what a backup that was killed left there is removed."""
    with (data_dir / "backup.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotBackUp(ONE_ALREADY) from None
        for left in data_dir.glob(f"{_DRAFT}*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=data_dir) as draft:
            yield Path(draft)


def _take(settings: Settings, draft: Path, made_at: str) -> Manifest:
    """Gather the files, then database and spool at one moment, then the files that came since."""
    data, tables = draft / DATA, draft / TABLES
    data.mkdir()
    tables.mkdir()
    database = Database(settings.sql_url, pool_size=1)
    name = Path(str(database.engine.url.database)).name if database.is_sqlite else ""
    pins.pin(settings.data_dir, data, name)
    with ExitStack() as until_dumped:
        until_dumped.callback(database.close)
        with pins.spool_at_rest(settings.data_dir) as spool:
            moment = until_dumped.enter_context(portable.snapshot(database))
            pins.pin_folder(spool, data / pins.SPOOL)
        revision = _checked(moment, database)
        rows, named = _dumped(moment, tables), _named(moment)
    pins.pin(settings.data_dir, data, name)
    pins.let_go(settings.data_dir, data, named)
    return Manifest(
        program=program(),
        revision=revision,
        database="sqlite" if database.is_sqlite else "postgresql",
        made_at=made_at,
        tables=rows,
    )


def _checked(moment: Connection, database: Database) -> str:
    """The schema's revision, which must be this program's own."""
    found, ours = portable.revision(moment), revisions()[0]
    if not found:
        raise CannotBackUp(NOTHING.format(place=make_url(database.url).render_as_string()))
    if found != ours:
        raise CannotBackUp(OTHER_REVISION.format(found=found, ours=ours))
    return found


def _dumped(moment: Connection, folder: Path) -> dict[str, Rows]:
    return {
        one.name: Rows(
            columns=list(one.columns.keys()),
            rows=portable.dump(moment, one, folder / f"{one.name}.jsonl"),
        )
        for one in portable.every_table()
    }


def _named(moment: Connection) -> set[str]:
    """Every stored file that a row names."""
    columns = [one.c.stored_name for one in portable.every_table() if "stored_name" in one.c]
    return {name for column in columns for name in moment.scalars(select(column))}


def main(arguments: list[str]) -> int:
    """Back up with the settings of the environment; 0 when there is a new file."""
    settings = Settings()
    keep_private()
    running.hold(settings.data_dir)
    try:
        path = back_up(settings, Path(arguments[0]) if arguments else None)
    except CannotBackUp as reason:
        print(reason, file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"The database cannot be read: {type(error).__name__}.", file=sys.stderr)
    except OSError as error:
        print(f"The backup cannot be written: {error}.", file=sys.stderr)
    else:
        print(path)
        print(APART, file=sys.stderr)
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
