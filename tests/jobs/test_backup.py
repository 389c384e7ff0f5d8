"""What is backed up comes back: every row and every byte, whatever happens meanwhile."""

import json
import signal
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from agent.settings import Settings
from channels.base import Event
from jobs import backup
from jobs.backup import CannotBackUp, back_up
from jobs.backup_pins import SPOOL
from jobs.restore import restore
from store.db.migrate import revisions
from store.spool import Spool, records
from store.tables import audit, conversations, inbox, media
from tests.jobs.backup_house import ROWS, opened, process, state, stuff, stuff_files


def write_on(settings: Settings) -> None:
    """Whatever is done to an installation: rows and files come, change and go."""
    with opened(settings) as database, database.write() as tx:
        tx.execute(update(conversations).values(language="pt"))
        tx.exec_driver_sql("DELETE FROM logins")
        tx.execute(insert(audit).values(at=1.0, person="ana", action="later"))
    (settings.media_dir / "stored-media-1").unlink()
    (settings.media_dir / "later").write_text("later")
    (settings.data_dir / "a-token").write_text("another")


def test_every_row_and_every_byte_comes_back(full: Settings) -> None:
    before = state(full)
    file = back_up(full)
    assert state(full) == before
    write_on(full)
    assert state(full) != before
    restore(full, file, nothing_since=True)
    rows, files = state(full)
    assert files == before[1]
    assert rows == before[0]


def test_the_next_row_is_numbered_after_those_that_came_back(full: Settings) -> None:
    restore(full, back_up(full))
    with opened(full) as database, database.write() as tx:
        tx.execute(insert(audit).values(at=1.0, person="ana", action="later"))
        assert tx.scalar(text("SELECT max(id) FROM audit")) == ROWS + 1


def test_what_was_there_is_kept_aside(full: Settings) -> None:
    file = back_up(full)
    write_on(full)
    later = (full.media_dir / "later").read_bytes()
    done = restore(full, file)
    aside = next(full.data_dir.glob("replaced-*"))
    assert str(aside) in done.kept
    assert (aside / "media" / "later").read_bytes() == later
    with opened(full) as database:
        is_sqlite = database.is_sqlite
        if not is_sqlite:
            schema = done.kept[0].split()[1]
            with database.read() as tx:
                assert tx.scalar(text(f'SELECT count(*) FROM "{schema}".audit')) == ROWS + 1
    if is_sqlite:
        with sqlite3.connect(aside / "studio.db") as old:
            assert old.execute("SELECT count(*) FROM audit").fetchone() == (ROWS + 1,)


def test_the_file_is_for_us_alone_and_lies_where_it_was_wanted(
    full: Settings, tmp_path: Path
) -> None:
    file = back_up(full, tmp_path / "elsewhere" / "deep")
    assert file.parent == tmp_path / "elsewhere" / "deep"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(full.data_dir.glob("backing-up-*"))


def test_words_are_found_after_a_restore(full: Settings) -> None:
    restore(full, back_up(full))
    with opened(full) as database, database.read() as tx:
        if database.is_sqlite:
            found = "SELECT count(*) FROM chunk_index WHERE chunk_index MATCH 'quotes'"
        else:
            found = "SELECT count(*) FROM chunks WHERE to_tsvector('simple', stems) @@ 'quotes'"
        assert tx.scalar(text(found)) == ROWS


# --- while others write

WRITER = """
import sys
from itertools import count
from agent.settings import Settings
from channels.registry import known
from store.db.database import Database
from store.conversations.inbox import Inbound, Inbox
from store.tables import inbox, media
from sqlalchemy import insert, select
settings = Settings()
database = Database(settings.sql_url, pool_size=1)
settings.media_dir.mkdir(exist_ok=True)
for n in count():
    one = Inbound("twilio", f"SM{n}", "whatsapp:+1", f"whatsapp:+2{n % 7}", f"text {n}")
    accepted = Inbox(database, known()).accept([one])[0]
    (settings.media_dir / f"file{n}").write_text(str(n))
    with database.write() as tx:
        tx.execute(insert(media).values(
            id=f"{n:032}", conversation_id=accepted.conversation_id, inbox_id=10**6 + n, position=0,
            state="kept", stored_name=f"file{n}", created_at=1.0))
    print(n, flush=True)
"""


def test_killed_while_it_writes_and_restored_it_is_as_at_the_backup(full: Settings) -> None:
    with process(WRITER, full) as writer:
        said = iter(lambda: int(writer.stdout.readline()), None)
        while (before := next(said)) < 20:
            pass
        file = back_up(full)
        while (after := next(said)) < before + 40:
            pass
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    write_on(full)
    assert after > before
    restore(full, file, nothing_since=True)
    with opened(full) as database, database.read() as tx:
        heard = set(tx.scalars(select(inbox.c.provider_message_id)))
        names = set(tx.scalars(select(media.c.stored_name).where(media.c.inbox_id >= 10**6)))
    assert {f"SM{n}" for n in range(before + 1)} <= heard
    assert {name for name in names if not (full.media_dir / name).exists()} == set()
    assert f"SM{after + 1}" not in heard


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_log_that_a_killed_writer_left_is_not_taken_for_the_restored_files(
    settings: Settings,
) -> None:
    with opened(settings) as database:
        stuff(database)
    stuff_files(settings)
    before = state(settings)
    file = back_up(settings)
    with process(WRITER, settings) as writer:
        assert writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    log = settings.data_dir / "studio.db-wal"
    assert log.stat().st_size > 0
    restore(settings, file, nothing_since=True)
    assert not log.exists()
    assert not (settings.data_dir / "studio.db-shm").exists()
    assert state(settings) == before
    assert (next(settings.data_dir.glob("replaced-*")) / "studio.db-wal").stat().st_size > 0


# --- what goes and comes while a backup is made


@pytest.fixture
def after_the_moment(monkeypatch: pytest.MonkeyPatch) -> list:
    """What is done between the database's moment and the end of the backup."""
    acts: list = []
    real = backup._dumped

    def dumped(*arguments: object) -> object:
        for act in acts:
            act()
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_dumped", dumped)
    return acts


def test_a_file_that_a_row_names_is_there_however_soon_it_was_deleted(
    full: Settings, after_the_moment: list
) -> None:
    before = (full.media_dir / "stored-media-2").read_bytes()
    after_the_moment.append((full.media_dir / "stored-media-2").unlink)
    restore(full, back_up(full))
    assert (full.media_dir / "stored-media-2").read_bytes() == before


def test_a_file_that_no_row_names_any_more_is_not_kept(
    full: Settings, after_the_moment: list
) -> None:
    (full.media_dir / "erased").write_text("erased")
    after_the_moment.append((full.media_dir / "erased").unlink)
    restore(full, back_up(full))
    assert not (full.media_dir / "erased").exists()


def test_a_file_that_comes_while_it_is_made_may_be_in_it_and_breaks_nothing(
    full: Settings, after_the_moment: list
) -> None:
    after_the_moment.append(lambda: (full.media_dir / "new").write_text("new"))
    restore(full, back_up(full))
    assert (full.media_dir / "new").read_text() == "new"


def test_rows_that_come_after_the_moment_are_not_in_it(
    full: Settings, after_the_moment: list
) -> None:
    before = state(full)
    after_the_moment.append(lambda: write_on(full))
    restore(full, back_up(full), nothing_since=True)
    assert state(full)[0] == before[0]


def test_a_webhook_in_the_spool_is_not_emptied_between_two_looks(
    full: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot empties its spool just when the database's moment has been taken."""
    for left in (full.data_dir / SPOOL).iterdir():
        left.unlink()
    stored: list[Event] = []
    spool = Spool(full.data_dir / SPOOL, lambda channel, events: stored.extend(events))
    record = full.data_dir / SPOOL / "1-1-1.json"
    record.write_text(json.dumps({"channel": "twilio", "events": []}))
    draining = threading.Thread(target=spool.drain)
    real = backup.portable.snapshot

    def snapshot(database: object) -> object:
        draining.start()
        draining.join(0.2)
        return real(database)  # type: ignore[arg-type]

    monkeypatch.setattr(backup.portable, "snapshot", snapshot)
    file = back_up(full)
    draining.join(30)
    assert not records(full.data_dir / SPOOL)
    restore(full, file)
    assert records(full.data_dir / SPOOL) == [record]


def test_a_disk_without_links_is_copied(full: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", no_links)
    before = state(full)
    restore(full, back_up(full), nothing_since=True)
    assert state(full) == before


# --- when there is nothing, or something else


def test_where_nothing_is_there_is_nothing_to_back_up(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"data_dir": settings.data_dir / "x", "database_url": ""})
    with pytest.raises(CannotBackUp, match="nothing to back up"):
        back_up(nowhere)
    assert not (settings.data_dir / "x").exists()


def test_a_database_of_another_program_is_left_alone(full: Settings) -> None:
    with opened(full) as database, database.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(CannotBackUp, match="start this one once"):
        back_up(full)
    with opened(full) as database, database.write() as tx:
        tx.exec_driver_sql("ALTER TABLE alembic_version RENAME TO another")
    try:
        with pytest.raises(CannotBackUp, match="nothing to back up"):
            back_up(full)
    finally:
        with opened(full) as database, database.write() as tx:
            tx.exec_driver_sql("ALTER TABLE another RENAME TO alembic_version")
            ours = {"now": revisions()[0]}
            tx.execute(text("UPDATE alembic_version SET version_num = :now"), ours)


def test_two_at_once_get_a_sentence(full: Settings, after_the_moment: list) -> None:
    def second() -> None:
        with pytest.raises(CannotBackUp, match="Another backup"):
            back_up(full)

    after_the_moment.append(second)
    back_up(full)


def test_one_backup_never_takes_anothers_place(full: Settings) -> None:
    assert len({back_up(full), back_up(full), back_up(full)}) == 3


def test_what_a_killed_backup_left_is_removed(full: Settings) -> None:
    left = full.data_dir / "backing-up-left"
    (left / "data").mkdir(parents=True)
    back_up(full)
    assert not left.exists()


def test_the_command_prints_the_file_and_nothing_else(
    full: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backup, "Settings", lambda: full)
    assert backup.main([]) == 0
    printed = capsys.readouterr()
    assert Path(printed.out.strip()).is_file()
    assert ".env" in printed.err
    monkeypatch.setattr(
        backup,
        "Settings",
        lambda: full.model_copy(update={"database_url": "sqlite:////nowhere/studio.db"}),
    )
    assert backup.main([]) == 1
    assert "nothing to back up" in capsys.readouterr().err
