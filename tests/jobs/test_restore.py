"""A restore refuses what it must, and one that is broken off loses nothing."""

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from agent import running
from agent.settings import Settings
from channels.registry import known
from jobs import backup_file, restore_switch, worker_liveness
from jobs import restore as restoring
from jobs.backup import back_up
from jobs.backup_file import MANIFEST, CannotRestore
from jobs.restore import restore
from jobs.restore_switch import finish
from knowledge.ingest.rebuilds import Rebuilds
from store.conversations.inbox import Inbound, Inbox
from store.conversations.outbox import Outbox
from store.conversations.undelivered import DeadLetters
from store.db.migrate import migrate
from store.in_doubt import REASON, RESTORED
from store.tables import conversations, inbox, messages, outbox
from tests.jobs.backup_house import (
    ROOT,
    opened,
    process,
    state,
    stuff,
    stuff_files,
    without_schemas,
)

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def file(full: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return back_up(full, tmp_path_factory.mktemp("backup"))


@pytest.fixture
def members(file: Path) -> Members:
    """What is in the file."""
    with tarfile.open(file) as tar:
        return [(one, tar.extractfile(one).read()) for one in tar]


def written(path: Path, members: Members) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for info, body in members:
            if info.isreg():
                info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return path


def saying(members: Members, /, **told: object) -> Members:
    """The members, with a manifest that says something else."""
    *rest, (info, body) = members
    return [*rest, (info, json.dumps({**json.loads(body), **told}).encode())]


def is_refused(settings: Settings, file: Path, why: str) -> None:
    before = state(settings)
    with pytest.raises(CannotRestore, match=why):
        restore(settings, file)
    assert state(settings) == before
    assert not list(settings.data_dir.glob("re[ps]*-*"))


# --- files that are none


def test_a_file_that_ends_too_early_is_refused(full: Settings, file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    for length in [0, 1, 20, *range(1000, len(whole), len(whole) // 12), len(whole) - 1]:
        short = tmp_path / "short.tar.gz"
        short.write_bytes(whole[:length])
        is_refused(full, short, "Take another one")


def test_a_file_in_which_a_byte_changed_is_refused(
    full: Settings, file: Path, tmp_path: Path
) -> None:
    whole = file.read_bytes()
    for place in range(200, len(whole), len(whole) // 12):
        changed = bytearray(whole)
        changed[place] ^= 0x55
        other = tmp_path / "other.tar.gz"
        other.write_bytes(changed)
        is_refused(full, other, "Take another one")


def test_a_byte_that_changed_under_the_packing_is_refused(
    full: Settings, members: Members, tmp_path: Path
) -> None:
    for number, (info, body) in enumerate(members[:-1]):
        if not body:
            continue
        changed = [*members]
        changed[number] = (info, bytes([body[0] ^ 1]) + body[1:])
        is_refused(full, written(tmp_path / "x.tar.gz", changed), "Take another one")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "body", [b"", b"hello", gzip.compress(b"hello", mtime=0), gzip.compress(b"", mtime=0)], ids=str
)
def test_a_file_of_another_kind_is_refused(full: Settings, tmp_path: Path, body: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(body)
    is_refused(full, other, "Take another one")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_is_not_there_is_named(full: Settings, tmp_path: Path) -> None:
    is_refused(full, tmp_path / "none.tar.gz", "No such file")
    is_refused(full, tmp_path, "directory")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "/out",
        "data/../../out",
        "data/../out",
        "data//out",
        "data/./out",
        "data",
        "tables",
        "data/a\\..\\out",
        "other/out",
        "data/studio.db",
        "data/studio.db-wal",
        "data/running.lock",
        "data/restored-x/plan.json",
        "data/replaced-x/y",
        "data/.env",
        "tables/audit.jsonl",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(
    full: Settings, members: Members, tmp_path: Path, name: str
) -> None:
    *rest, manifest = members
    body = json.loads(manifest[1])
    body["members"][name] = {
        "bytes": 1,
        "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    }
    made = [*rest, (tarfile.TarInfo(name), b"x"), (manifest[0], json.dumps(body).encode())]
    is_refused(full, written(tmp_path / "made.tar.gz", made), "Take another one")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_a_member_that_is_no_plain_file_is_refused(
    full: Settings, members: Members, tmp_path: Path, kind: bytes
) -> None:
    link = tarfile.TarInfo("data/link")
    link.type, link.linkname = kind, "/etc/passwd"
    made = written(tmp_path / "made.tar.gz", [(link, b""), *members])
    is_refused(full, made, "Take another one")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_manifest_does_not_name_is_refused_and_what_it_names_must_be_there(
    full: Settings, members: Members, tmp_path: Path
) -> None:
    for made in (
        [(tarfile.TarInfo("data/more"), b"x"), *members],
        members[1:],
        members[:-1],
        [*members, members[0]],
        [members[0], *members],
        saying(members, tables={}),
        saying(members, members={}),
        saying(members, database="oracle"),
        [*members[:-1], (members[-1][0], b"[]")],
    ):
        is_refused(full, written(tmp_path / "made.tar.gz", made), "Take another one")


@pytest.mark.parametrize(
    "told",
    [
        {"program": "0.1.1"},
        {"program": "1.0.0"},
        {"program": "0.10"},
        {"revision": "9999"},
        {"revision": "head"},
        {"revision": ""},
        {"format": 2},
    ],
)
def test_what_a_newer_program_made_is_refused(
    full: Settings, members: Members, tmp_path: Path, told: dict[str, object]
) -> None:
    made = written(tmp_path / "made.tar.gz", saying(members, **told))
    is_refused(full, made, "Update this program")


def test_rows_that_do_not_fit_are_refused(full: Settings, tmp_path: Path) -> None:
    """Sums that agree do not make rows whole: whoever can write them can write the sums."""
    folder = tmp_path / "taken apart"
    for name, change in (
        ("notes", lambda line: line.replace("[", '["more", ', 1)),
        ("notes", lambda line: line + line),
        ("notes", lambda line: ""),
        ("notes", lambda line: "no json\n"),
        ("messages", lambda line: ""),
    ):
        manifest = backup_file.unpack(back_up(full, tmp_path / "made"), folder)
        table = folder / "tables" / f"{name}.jsonl"
        first, *rest = table.read_text().splitlines(keepends=True)
        table.write_text("".join([change(first), *rest]))
        (folder / MANIFEST).unlink()
        made = tmp_path / "made.tar.gz"
        backup_file.write(folder, manifest.model_copy(update={"members": {}}), made)
        is_refused(full, made, "rows")
        for left in (folder, tmp_path / "made"):
            restoring.shutil.rmtree(left)


# --- who is running

HOLD = """
import sys
from pathlib import Path
from agent.settings import Settings
from agent import running
running.hold(Settings().data_dir)
print("held", flush=True)
sys.stdin.read()
"""
CONNECT = """
import sys
from agent.settings import Settings
from store.db.database import Database
from sqlalchemy import text
with Database(Settings().sql_url).read() as tx:
    tx.execute(text("SELECT 1"))
    print("connected", flush=True)
    sys.stdin.read()
"""


def test_a_running_part_is_not_restored_under(full: Settings, file: Path) -> None:
    with process(HOLD, full) as part:
        assert part.stdout.readline() == "held\n"
        is_refused(full, file, "Stop it first")
    restore(full, file)


def test_a_worker_of_before_is_seen_too(full: Settings, file: Path) -> None:
    with worker_liveness.present(full.data_dir):
        is_refused(full, file, "Stop it first")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_is_connected_from_elsewhere_is_seen(full: Settings, file: Path) -> None:
    with process(CONNECT, full) as part:
        assert part.stdout.readline() == "connected\n"
        is_refused(full, file, "1 others are connected")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_elsewhere_is_not_replaced(full: Settings, file: Path, tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path}/elsewhere/studio.db"
    elsewhere = full.model_copy(update={"data_dir": tmp_path / "data", "database_url": place})
    with pytest.raises(CannotRestore, match="outside DATA_DIR"):
        restore(elsewhere, file)


PARTS = (
    "bot",
    "studio",
    "jobs.conversations",
    "jobs.chores",
    "jobs.sweep",
    "actions.installation",
    "jobs.stack",
    "jobs.backup",
)


@pytest.mark.parametrize("part", PARTS)
def test_no_part_starts_while_a_restore_is_under_way(tmp_path: Path, part: str) -> None:
    with running.alone(tmp_path) as is_alone:
        assert is_alone
        assert running.BUSY in started(part, tmp_path)


@pytest.mark.parametrize("part", PARTS)
def test_no_part_starts_between_the_two_halves_of_a_restore(tmp_path: Path, part: str) -> None:
    (tmp_path / f"{running.SWITCHING}20260101_000000").mkdir()
    assert running.UNFINISHED in started(part, tmp_path)


def started(part: str, data_dir: Path) -> str:
    """What a part that does not start says."""
    names = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    ports = {
        name: "0"
        for name in ("BOT_PORT", "STUDIO_PORT", "SIMULATOR_PORT", "VALKEY_PORT", "CHROMA_PORT")
    }
    done = subprocess.run(
        [sys.executable, "-m", part],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**kept, **ports, "DATA_DIR": str(data_dir)},
    )
    assert done.returncode == 1
    return done.stderr


# --- broken off


class Killed(BaseException):
    """A kill, where one is wished."""


def test_broken_off_anywhere_before_the_change_nothing_has_happened(
    full: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(full)
    for name in ("unpack", "migrate", "Plan"):

        def killed(*_: object, **__: object) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(restoring, name, killed)
            with pytest.raises(Killed):
                restore(full, file)
        assert state(full) == before
        assert running.unfinished(full.data_dir) is None


def test_broken_off_anywhere_within_the_change_it_is_finished(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every step that the change makes, by number, until one restore is through."""
    with opened(settings) as database:
        stuff(database)
    stuff_files(settings)
    wanted = state(settings)
    file = back_up(settings, tmp_path_factory.mktemp("backup"))
    steps = 0
    while True:
        (settings.data_dir / "later").write_text("later")
        with monkeypatch.context() as patch:
            killing_at(patch, steps)
            try:
                restore(settings, file, nothing_since=True)
            except Killed:
                steps += 1
            else:
                break
        kept = [path.read_text() for path in settings.data_dir.glob("**/later")]
        assert "later" in kept
        if finish(settings) is None:  # it had not begun: all is as it was
            (settings.data_dir / "later").unlink()
        assert state(settings) == wanted
        for left in settings.data_dir.glob("replaced-*"):
            restoring.shutil.rmtree(left)
        without_schemas(settings)
    assert steps > 10
    without_schemas(settings)


def killing_at(patch: pytest.MonkeyPatch, number: int) -> None:
    """Die before the step of that number: a rename, a mark, a change of schemas, a settling."""
    left = [number]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **more: object) -> object:
            if left[0] == 0:
                left[0] = -1
                raise Killed
            left[0] -= 1
            return real(*arguments, **more)

        return step

    switch = restore_switch
    patch.setattr(switch.Path, "rename", counted(Path.rename))
    patch.setattr(switch.Path, "touch", counted(Path.touch))
    patch.setattr(switch.beside, "swap", counted(switch.beside.swap))
    patch.setattr(switch.beside, "holds", counted(switch.beside.holds))
    patch.setattr(switch.in_doubt, "settle", counted(switch.in_doubt.settle))
    patch.setattr(Rebuilds, "all_anew", counted(Rebuilds.all_anew))


def test_another_restore_first_finishes_the_one_that_broke_off(
    full: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killing_at(patch, 3)
        with pytest.raises(Killed):
            restore(full, file)
    restore(full, file)
    assert running.unfinished(full.data_dir) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_is_not_finished_into_another_database(
    full: Settings, file: Path, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killing_at(patch, 3)
        with pytest.raises(Killed):
            restore(full, file)
    with pytest.raises(CannotRestore, match="names another database"):
        finish(full.model_copy(update={"database_url": postgres_server}))
    assert finish(full)


# --- what was under way


@pytest.fixture
def under_way(settings: Settings) -> Settings:
    """A reply in each state that is not over, and a message that nobody answered yet."""
    with opened(settings) as database:
        migrate(database)
        customers = [f"whatsapp:+{n}" for n in range(4)]
        ours = "whatsapp:+100"
        for n, customer in enumerate(customers):
            Inbox(database, known()).accept([Inbound("twilio", f"SM{n}", ours, customer, "hola")])
        with database.write() as tx:
            for n, one in enumerate(("pending", "sending", "unknown")):
                text_of = {"conversation_id": n + 1, "author": "agent", "text": one}
                message = tx.execute(
                    insert(messages).values(**text_of, created_at=1.0).returning(messages.c.id)
                ).scalar_one()
                tx.execute(
                    insert(outbox).values(
                        conversation_id=n + 1,
                        message_id=message,
                        turn_id=f"t{n}",
                        part=0,
                        body=one,
                        state=one,
                        lease_until=1e12,
                        next_at=1e12,
                        created_at=1.0,
                    )
                )
                answered = inbox.update().where(inbox.c.conversation_id == n + 1)
                tx.execute(answered.values(turn_id=f"t{n}"))
    return settings


def test_nothing_is_sent_or_answered_twice_staff_decide(under_way: Settings) -> None:
    done = restore(under_way, back_up(under_way))
    assert done.in_doubt
    assert (done.in_doubt.replies, done.in_doubt.conversations) == (3, 1)
    with opened(under_way) as database:
        listed = DeadLetters(database).page()
        assert {one.body for one in listed} == {"pending", "sending", "unknown"}
        assert {one.error_code for one in listed} == {RESTORED}
        assert Outbox(database, lambda: 2e12).due() == []
        with database.read() as tx:
            unanswered = select(inbox.c.id).where(inbox.c.turn_id.is_(None))
            assert tx.execute(unanswered).all() == []
            owners = select(conversations.c.owner, conversations.c.owner_reason)
            assert tx.execute(owners.where(conversations.c.id == 4)).one() == ("human", REASON)
        again = listed[0]
        assert DeadLetters(database).retry(again.id) == again.conversation_id
        assert Outbox(database, lambda: 2e12).due() == [again.conversation_id]
    without_schemas(under_way)


def test_what_waited_waits_still_when_nothing_ran_since(under_way: Settings) -> None:
    before = state(under_way)
    done = restore(under_way, back_up(under_way), nothing_since=True)
    assert done.in_doubt is None
    assert state(under_way)[0] == before[0]
    without_schemas(under_way)


# --- the command


def command(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, *words: str, answer: str | None = None
) -> int:
    monkeypatch.setattr(restoring, "Settings", lambda: settings)
    monkeypatch.setattr("sys.stdin", io.StringIO(answer or ""))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: answer is not None)
    return restoring.main(list(words))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_asks_and_takes_no_for_no(
    full: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(full)
    for answer in ("no\n", "\n", "", "y\n"):
        assert command(monkeypatch, full, str(file), answer=answer) == 1
        assert "Nothing was changed." in capsys.readouterr().err
    assert command(monkeypatch, full, str(file)) == 1
    assert "--yes" in capsys.readouterr().err
    assert state(full) == before
    assert command(monkeypatch, full, str(file), answer="yes\n") == 0
    told = capsys.readouterr().out
    assert "conversations 5" in told
    assert "replaced-" in told
    assert command(monkeypatch, full, str(file), "--yes") == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_file_it_asks_which_or_finishes(
    full: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, full) == 1
    assert "make restore FILE=" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        killing_at(patch, 4)
        with pytest.raises(Killed):
            restore(full, file)
    assert command(monkeypatch, full) == 0
    assert "Restored." in capsys.readouterr().out


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_trouble_gets_a_sentence(
    full: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = full.model_copy(update={"database_url": "postgresql+psycopg://u@127.0.0.1:1/x"})
    assert command(monkeypatch, nobody, str(file), "--yes") == 1
    assert "The database does not do what is asked: connection" in capsys.readouterr().err
