"""Programs that some tests need beside Python. `.ci/run` installs them and sets REQUIRE_PROGRAMS:
there a test without its program fails. Elsewhere it is left out, and says so.
"""

import os
import shutil
import sys

import pytest

PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"  # nginx is no user's command


def needed(name: str) -> str:
    """Return where the program *name* is."""
    found = shutil.which(name, path=PLACES)
    if found is None:
        why = f"there is no {name} on this machine: what needs it was NOT tested"
        print(f"\n[{why}]", file=sys.__stderr__)
        (pytest.fail if os.environ.get("REQUIRE_PROGRAMS") else pytest.skip)(why)
    return str(found)
