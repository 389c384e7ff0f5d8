"""Files are for their owner alone: new ones by the umask, old ones by a walk at each start."""

import os
import subprocess
import sys
from pathlib import Path

from agent.private import kept, tighten

MAKE = """
import os, sys
from pathlib import Path
from agent.private import keep_private
from store.db.database import Database
from store.db.migrate import migrate

os.umask(0)
keep_private()
home = Path(sys.argv[1])
database = Database(f"sqlite:///{home}/data/studio.db")
migrate(database)
with database.read() as tx:
    tx.exec_driver_sql("SELECT * FROM agents")
    print(sorted(path.name for path in (home / "data").iterdir()))
    for path in home.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
database.close()
os.spawnlp(os.P_WAIT, "touch", "touch", str(home / "by-a-child"))
assert (home / "by-a-child").stat().st_mode & 0o077 == 0
"""


def modes(folder: Path) -> set[int]:
    return {path.lstat().st_mode & 0o077 for path in folder.rglob("*") if not path.is_symlink()}


def test_the_database_and_all_that_lies_beside_it_are_for_their_owner(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['studio.db', 'studio.db-shm', 'studio.db-wal']"


def test_what_is_from_before_is_closed_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "files" / "deep").mkdir(parents=True)
    for path in (tmp_path / "studio.db", tmp_path / "files" / "deep" / "a.pdf"):
        path.write_text("x")
        path.chmod(0o644)
    os.mkfifo(tmp_path / "pipe", 0o666)
    tmp_path.chmod(0o755)
    tighten(tmp_path)
    assert modes(tmp_path) == {0}
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "studio.db").stat().st_mode & 0o777 == 0o600


def test_a_link_that_leads_out_changes_nothing_there(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "shared.txt").write_text("x")
    (outside / "shared.txt").chmod(0o644)
    outside.chmod(0o755)
    inside = tmp_path / "data"
    inside.mkdir()
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "shared.txt")
    tighten(inside)
    assert outside.stat().st_mode & 0o777 == 0o755
    assert (outside / "shared.txt").stat().st_mode & 0o777 == 0o644


def test_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    assert kept(tmp_path / "none") == ""
    tighten(tmp_path / "none")
