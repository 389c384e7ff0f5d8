"""Dying on purpose: a hook at every statement, commit, Redis command and call of a provider.

The hook counts the boundaries that a piece of work passes. Armed for one of them it ends the
process there (`Died`, which nothing in the product catches, and from then on nothing that the
dying process tries has an effect), or has the database or Redis fail there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
from redis.exceptions import ConnectionError as RedisGone
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from channels.base import Refused, Sent, Unknown
from store.conversations.outbox import OutboxMessage
from tests.jobs.fakes import MemoryChannel

DEATH, DATABASE, REDIS = "death", "database", "redis"


class Died(BaseException):
    """The process ended here."""


@dataclass
class Hook:
    """Counts boundaries, and strikes at one."""

    how: str = DEATH
    strike_at: int = -1
    passed: list[str] = field(default_factory=list)
    struck: str = ""
    active: bool = False

    def arm(self, how: str, strike_at: int) -> None:
        """Strike at boundary number *strike_at* of those where *how* can happen."""
        self.how, self.strike_at, self.passed, self.struck = how, strike_at, [], ""
        self.active = True

    def disarm(self) -> None:
        """Let everything pass."""
        self.active = False

    def reach(self, kind: str, name: str) -> None:
        """Pass a boundary of *kind*, or be struck there."""
        if not self.active:
            return
        if self.struck and self.how == DEATH:
            raise Died  # a dead process does nothing more
        if self.how not in (DEATH, kind):
            return
        self.passed.append(name)
        if len(self.passed) - 1 == self.strike_at:
            self.struck = name
            raise _ERRORS[self.how]()


def _database_gone() -> OperationalError:
    return OperationalError("a statement", {}, ConnectionResetError("the server went away"))


_ERRORS: Mapping[str, Callable[[], BaseException]] = {
    DEATH: Died,
    DATABASE: _database_gone,
    REDIS: lambda: RedisGone("the server went away"),
}


def hook_database(engine: Engine, hook: Hook) -> None:
    """Reach a boundary before and after each statement and each commit of *engine*."""

    def before(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        hook.reach(DATABASE, f"before {_words(statement)}")

    def after(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        hook.reach(DATABASE, f"after {_words(statement)}")

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    commit = engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        hook.reach(DATABASE, "before COMMIT")
        commit(connection)
        hook.reach(DATABASE, "after COMMIT")

    engine.dialect.do_commit = do_commit  # type: ignore[method-assign]


def _words(statement: str) -> str:
    return re.sub(r"\s+", " ", statement)[:48]


def hooked_redis(url: str, hook: Hook) -> redis.Redis:
    """Connect to *url* with a boundary before and after each command leaves."""

    class Hooked(redis.Connection):
        def send_packed_command(self, *args: Any, **kwargs: Any) -> None:
            try:
                hook.reach(REDIS, "before a Redis command")
                super().send_packed_command(*args, **kwargs)
                hook.reach(REDIS, "after a Redis command")
            except BaseException:
                self.disconnect()  # of a process that died the system closes every socket
                raise

    pool = redis.ConnectionPool.from_url(url, connection_class=Hooked)
    return redis.Redis(connection_pool=pool)


@dataclass
class HookedChannel(MemoryChannel):
    """Remembers who was sent what, with a boundary before and after each call."""

    hook: Hook = field(default_factory=Hook)
    threads: dict[str, list[str]] = field(default_factory=dict)

    def send(self, outgoing: OutboxMessage) -> Sent | Refused | Unknown:
        """Take one part."""
        self.hook.reach("provider", "before the provider takes it")
        result = self.results.pop(0) if self.results else Sent(f"SM{outgoing.id}", "queued")
        if isinstance(result, Sent) or (isinstance(result, Unknown) and self.accepts_unknown):
            self.threads.setdefault(outgoing.customer_address, []).append(outgoing.body)
        self.hook.reach("provider", "after the provider answered")
        return result

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Say whether a part was taken."""
        self.hook.reach("provider", "before the look-up")
        found = outgoing.body in self.threads.get(outgoing.customer_address, [])
        self.hook.reach("provider", "after the look-up")
        return Sent(f"SM{outgoing.id}", "sent") if found else None
