"""`python -m jina_service`: serves, and leaves no process behind when it is told to stop.

The framework's own processes do not all end with their parent (measured: a SIGTERM leaves two), so
they run in a session of their own, which is ended as a whole.
"""

import os
import signal
import subprocess
import sys
import time

GRACE_SECONDS = 8.0


def main() -> int:
    """Run the service until SIGTERM or SIGINT; its exit code is the service's own."""
    service = subprocess.Popen(
        [sys.executable, "-m", "jina_service.serve"],
        start_new_session=True,
        env={**os.environ, "JINA_OPTOUT_TELEMETRY": "1", "JINA_HIDE_SURVEY": "1"},
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(service.pid, signal.SIGTERM))
    code = service.wait()
    _wait_for(service.pid)
    return max(code, 0)


def _wait_for(session: int) -> None:
    """Give what is left of the session some time, then none."""
    ends = time.monotonic() + GRACE_SECONDS
    while _end(session, 0) and time.monotonic() < ends:
        time.sleep(0.1)
    _end(session, signal.SIGKILL)


def _end(session: int, number: int) -> bool:
    """Signal everything of the session's process group. False when nothing is left of it."""
    try:
        os.killpg(session, number)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
