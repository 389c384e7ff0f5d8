"""Runs a command for as long as whoever started this lives: `python keeper.py FOLDER COMMAND...`.

The starter holds the other end of the standard input. However it ends, that end is closed; then
the command is told to stop as by Ctrl-C, and FOLDER is removed with all that is in it.
"""

import shutil
import signal
import subprocess
import sys
import threading

STOPPING_SECONDS = 45


def main() -> None:
    """Run the command, and clean up after it."""
    folder, *command = sys.argv[1:]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  # our own
    threading.Thread(target=_stop_at_the_end, args=(process,), daemon=True).start()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _stop_at_the_end(process: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    main()
