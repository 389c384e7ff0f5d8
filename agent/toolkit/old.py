"""Specs from before tools were records: each tool was a name, and two of them knew one trade.

What those two did stands as records in `migrations/`; whatever is read from before, a file, a call
of the API or a kept experiment, gets them, and answers as it did.
"""

import functools
from pathlib import Path
from typing import Any

import yaml

BUILT_IN = ("handoff", "knowledge")
MIGRATIONS = Path(__file__).parent / "migrations"
_RECORDS = ("catalog", "financing")


def as_record(tool: Any) -> Any:
    """Return the record of a tool that is only named; anything else as it is."""
    if not isinstance(tool, str):
        return tool
    if tool in _RECORDS:
        return _record(tool)
    return {"kind": tool}


@functools.cache
def _record(name: str) -> Any:
    return yaml.safe_load((MIGRATIONS / f"{name}.yaml").read_text(encoding="utf-8"))
