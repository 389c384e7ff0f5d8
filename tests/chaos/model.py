"""A model that answers every message by its number: `python -m tests.chaos.model PORT`.

Speaks OpenAI's protocol through the suite's stand-in and thinks for a moment, as models do.
"""

import asyncio
import json
import random
import sys
from typing import Any

import uvicorn

from tests.chaos.plan import reply_to
from tests.standins.openai import completion, says

LEAST_SECONDS, MOST_SECONDS = 0.15, 0.6


async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request: what the last user message asks, never what came before it."""
    raw, more = b"", True
    while more:
        event = await receive()
        raw, more = raw + event.get("body", b""), event.get("more_body", False)
    body = json.loads(raw)
    asked = [one["content"] for one in body["messages"] if one["role"] == "user"][-1]
    await asyncio.sleep(random.uniform(LEAST_SECONDS, MOST_SECONDS))
    whole = json.dumps(completion(body, says(reply_to(asked)))).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": whole})


if __name__ == "__main__":
    uvicorn.run(
        answer, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="off",
        timeout_keep_alive=120,
    )  # fmt: skip
