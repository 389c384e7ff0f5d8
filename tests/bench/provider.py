"""A messaging provider that takes everything at once: the send side of the benchmark."""

import itertools
import json
import sys

from tests.standins import swift

_ids = itertools.count()


def take(_body: bytes) -> swift.Answer:
    """Answer as Twilio answers a message it took."""
    said = {"sid": f"SM{next(_ids):032x}", "status": "queued"}
    return 201, "application/json", json.dumps(said).encode()


if __name__ == "__main__":
    swift.run(int(sys.argv[1]), take)
