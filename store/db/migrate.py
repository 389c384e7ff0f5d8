"""Brings the schema to its newest revision, apart from `Database`: Alembic and all that it loads
would cost each worker and each webhook process a third of a second at its start.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from store.db.database import Database

ROOT = Path(__file__).resolve().parent.parent.parent


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the schema to the newest *revision*, or to one before; kill and repeat at will."""
    command.upgrade(_config(database.url), revision)


def revisions() -> list[str]:
    """Every revision that this program knows, the newest first."""
    script = ScriptDirectory.from_config(_config(""))
    return [one.revision for one in script.walk_revisions()]


def _config(url: str) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "store" / "db" / "migrations"))
    config.attributes["url"] = url
    return config
