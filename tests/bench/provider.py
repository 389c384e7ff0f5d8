"""A messaging provider that takes everything at once: the send side of the benchmark."""

import itertools
import json
import sys
from typing import Any

import uvicorn

_ids = itertools.count()


async def take(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer every POST as Twilio answers a message it took."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    body = json.dumps({"sid": f"SM{next(_ids):032x}", "status": "queued"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(take, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="off")
