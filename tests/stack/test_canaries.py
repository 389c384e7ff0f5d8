"""Thirty planted secrets, numbers and messages, everything that can go wrong around them at INFO,
and none of them in a log, in Redis, in a job or on a command line.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from tests.stack.conftest import World, worlds
from tests.stack.running import descendants
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

NOWHERE = "http://127.0.0.1:9"
SECRETS = {
    "OPENAI_API_KEY": "sk-canary-openai-0a1b2c3d4e5f",
    "OPENROUTER_API_KEY": "sk-or-canary-1a1b2c3d4e5f",
    "JINA_API_KEY": "jina_canary_2a1b2c3d4e5f6a7b8c9d",
    "CHATWOOT_API_TOKEN": "canarychatwoottoken3a1b",
    "CHATWOOT_WEBHOOK_TOKEN": "canarychatwoothook4a1b",
    "CHATWOOT_WEBHOOK_SECRET": "canarychatwootsecret5a1b",
    "META_APP_SECRET": "canarymetaapp6a1b2c3d",
    "META_VERIFY_TOKEN": "canarymetaverify7a1b",
    "META_ACCESS_TOKEN": "EAAcanarymetaaccess8a1b",
    "API_KEYS": "canary-api-key-9a1b2c3d",
}
NUMBERS = [f"+52155876{number:05d}" for number in range(73110, 73120)]
TEXTS = [f"mi gato canario {number} se llama Zafiro{number}" for number in range(10)]
CANARIES = [*SECRETS.values(), *NUMBERS, *(number[1:] for number in NUMBERS), *TEXTS]
KEY = {"Authorization": f"Bearer {SECRETS['API_KEYS']}"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A stack whose model, embeddings and desk cannot be reached."""
    yield from worlds(
        tmp_path_factory.mktemp("canaries") / "data",
        **SECRETS,
        OPENAI_BASE_URL=f"{NOWHERE}/v1",
        JINA_BASE_URL=NOWHERE,
        OPENROUTER_BASE_URL=NOWHERE,
        CHATWOOT_API_URL=NOWHERE,
        CHATWOOT_ACCOUNT_ID="3",
        META_BASE_URL=NOWHERE,
        LOG_LEVEL="INFO",
    )


def test_no_secret_number_or_message_is_in_a_log_a_job_or_redis(world: World) -> None:
    seen_in_redis = _live(world)
    logged = "".join(
        file.read_text(errors="replace")
        for folder in (world.stack.data_dir, world.stack.data_dir.parent)
        for file in folder.glob("*.log")
    )
    assert "turn taken" in logged  # the log is there, and of the level it should be
    assert [word for word in CANARIES if word in logged] == []
    assert [word for word in CANARIES if word in seen_in_redis] == []
    assert [word for word in CANARIES if word in _command_lines(world)] == []


def _live(world: World) -> str:
    """Let everybody write, and everything fail; return all that was in Redis meanwhile."""
    redis = world.stack.redis()
    found = []
    for number, (phone, text) in enumerate(zip(NUMBERS, TEXTS, strict=True)):
        customer = f"whatsapp:{phone}"
        assert world.stack.write(f"SM{number:032d}", customer, text) == 200
        assert world.stack.write(f"SM{number:032d}", customer, text, signature="wrong") == 403
        found.append(_content(redis))
        _fail(world.stack.bot, phone, text)
    for phone in NUMBERS:
        until(lambda phone=phone: world.replies(f"whatsapp:{phone}"), 90, "a fallback")
        found.append(_content(redis))
    redis.close()
    return "".join(found)


def _fail(bot: str, phone: str, text: str) -> None:
    """Wrong calls of every kind, each with something that must not be repeated."""
    with httpx.Client(base_url=bot, trust_env=False, timeout=20, headers=KEY) as client:
        client.post("/chat", json={"agent_id": text, "message": text, "conversation_id": phone})
        client.post("/agents", json={"name": text, "color": phone})
        client.get(f"/agents/{phone}", params={"q": text})
        client.post("/webhooks/meta", content=text.encode(), headers={"X-Hub-Signature-256": text})
        client.post("/webhooks/chatwoot", content=text.encode(), params={"token": phone})
        client.get("/webhooks/meta", params={"hub.verify_token": text, "hub.challenge": phone})
        client.get(f"/{text}/{phone}")


def _content(redis: Redis) -> str:
    """Every key of Redis with what is in it."""
    readers = {
        "string": redis.get,
        "hash": redis.hgetall,
        "set": redis.smembers,
        "list": lambda key: redis.lrange(key, 0, -1),
        "zset": lambda key: redis.zrange(key, 0, -1),
    }
    return "".join(
        f"{key!r} {readers[kind](key)!r}"
        for key in redis.scan_iter()
        if (kind := redis.type(key).decode()) in readers
    )


def _command_lines(world: World) -> str:
    assert world.stack.process
    pids = [world.stack.process.pid, *descendants(world.stack.process.pid)]
    lines = [Path(f"/proc/{pid}/cmdline") for pid in pids]
    return "".join(line.read_text(errors="replace") for line in lines if line.exists())
