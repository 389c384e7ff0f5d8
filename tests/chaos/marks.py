"""What the processes note of themselves for the table: one line each, on disk before a kill.

Only the aims and the times of a run are counted from here; the verdict never is.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VARIABLE = "CHAOS_MARKS"


class Marks:
    """Appends to a file that many processes share."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, kind: str, **fields: Any) -> None:
        """Add a line: written in one call, so lines of two processes never mix."""
        line = json.dumps({"at": time.time(), "pid": os.getpid(), "kind": kind, **fields})
        os.write(self._file, f"{line}\n".encode())


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what was noted."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
