"""A model that answers every message by its number: `python -m tests.chaos.model PORT`.

Speaks OpenAI's protocol through the suite's stand-in and thinks for a moment, as models do. When
it was asked, and for which number, is at `/calls`.
"""

import asyncio
import json
import random
import sys
import time
from typing import Any

import uvicorn

from tests.chaos.plan import reply_to, said_by
from tests.standins.openai import completion, says

LEAST_SECONDS, MOST_SECONDS = 0.15, 0.6


calls: list[tuple[float, int]] = []


async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request: what the last user message asks, never what came before it."""
    if scope["path"] == "/calls":
        await _say(send, calls)
        return
    raw, more = b"", True
    while more:
        event = await receive()
        raw, more = raw + event.get("body", b""), event.get("more_body", False)
    body = json.loads(raw)
    asked = [one["content"] for one in body["messages"] if one["role"] == "user"][-1]
    calls.append((time.time(), said_by(asked)))
    await asyncio.sleep(random.uniform(LEAST_SECONDS, MOST_SECONDS))
    await _say(send, completion(body, says(reply_to(asked))))


async def _say(send: Any, answer: object) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


if __name__ == "__main__":
    uvicorn.run(
        answer,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="error",
        lifespan="off",
        timeout_keep_alive=120,
    )
