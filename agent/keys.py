"""Secrets of the installation: given by the environment, or made at the first start and kept.

A kept one is a file in DATA_DIR that only its owner reads. It appears whole or not at all, and of
several processes that start at once the first one's stays.
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from agent.errors import Invalid
from agent.settings import Settings

SECRET_KEY = "secret-key"  # noqa: S105  # a file's name
UNKEYED = ""  # of hashes that were made before every installation had a key


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """The key in force, then every other that hashes of this installation may have been made with.

    SECRET_KEY of the environment wins over the kept one, which is made only where there is none.
    Raises Invalid when it cannot be made or read.
    """
    given = settings.secret_key.get_secret_value() if settings.secret_key else ""
    path = settings.data_dir / SECRET_KEY
    known = [given] if given.strip() else []
    if not known or path.exists():
        known.append(kept_secret(path))
    return (*dict.fromkeys(known), UNKEYED)


def kept_secret(path: Path) -> str:
    """Return the secret in the file *path*, made now (256 bits, mode 0600) if there is none.

    Raises Invalid when that is impossible, or when the file holds nothing.
    """
    try:
        if not path.exists():
            _make(path)
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The secret in {path} cannot be kept or read ({error}).") from error
    if not secret:
        raise Invalid(f"{path} is empty. Put it back from a backup; without one, remove it.")
    return secret


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as draft:
        draft.write(secrets.token_hex(32) + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(draft.name, path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Have the folder's own entries reach the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
