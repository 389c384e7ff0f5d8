"""One run: a plan carried out in a house full of killers, then judged."""

import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from actions.services import open_services
from agent.settings import Settings
from store.tables import contacts, conversations
from tests.chaos import marks
from tests.chaos.driver import Driver
from tests.chaos.evidence import Evidence, gather
from tests.chaos.house import House
from tests.chaos.killers import Killers
from tests.chaos.letters import Letterbox
from tests.chaos.oracle import Verdict
from tests.chaos.plan import Plan
from tests.chaos.timeline import Kill

LOOK_SECONDS = 2.0
SURE_SECONDS = 10.0  # what stays behind a later reply for so long is lost
STILL_SECONDS = 40.0  # longer than the back-off of a reply that was refused three times
SETTLE_SECONDS = 8.0  # after the last reply: a double may still come


@dataclass(frozen=True)
class Result:
    """Everything a table can say of one run."""

    plan: Plan
    database: str
    seconds: float
    evidence: Evidence
    kills: Counter[str]
    killed: list[Kill]
    marks: list[dict[str, Any]]
    customers: dict[int, str]  # whose each conversation is; for the times only
    deaths: list[tuple[float, str, int]]

    @property
    def verdict(self) -> Verdict:
        """What customers would complain about."""
        return self.evidence.verdict()


@dataclass
class Run:
    """Carries out a plan."""

    plan: Plan
    database: str
    drain_seconds: float
    house: House

    def __post_init__(self) -> None:
        self._driver = Driver(Letterbox(self.house.bot, self.house.providers["chatwoot"]))
        self._killers = Killers(self.house, self.plan)
        self._caught = threading.Event()
        self._writing = True
        self._overtaken: dict[str, float] = {}  # message -> since when

    def carry_out(self) -> Result:
        """Write, kill, drain, judge."""
        started = time.time()
        watcher = threading.Thread(target=self._watch, args=(started,), daemon=True)
        self.house.open()
        try:
            self._killers.start()
            watcher.start()
            self._write(time.monotonic())
            self._driver.finish()
            self._killers.end()
            self._writing = False
            for address in self.house.providers.values():
                httpx.post(f"{address}/calm", trust_env=False)
            self._drain()
            return self._result(time.time() - started)
        finally:
            self._killers.stop.set()
            self._driver.stop.set()
            self.house.close()

    def _write(self, started: float) -> None:
        for burst in self.plan.bursts():
            wait = started + burst.at - time.monotonic()
            if self._caught.wait(max(wait, 0)):
                self._driver.stop.set()
                return
            self._driver.write(burst)

    def _drain(self) -> None:
        """Wait until everything is answered, and a little longer for what must not come."""
        ends, seen, moved_at = time.monotonic() + self.drain_seconds, 0, time.monotonic()
        while (now := time.monotonic()) < ends and not self._caught.is_set():
            evidence = self._evidence()
            if not evidence.verdict().lost:
                time.sleep(SETTLE_SECONDS)
                return
            if len(evidence.taken) > seen:
                seen, moved_at = len(evidence.taken), now
            if self.house.mutant and now > moved_at + STILL_SECONDS:
                return  # nothing more comes
            time.sleep(LOOK_SECONDS / 4)

    def _watch(self, started: float) -> None:
        """Say how it goes; stop early when a mutant has given itself away."""
        while self._writing:
            time.sleep(LOOK_SECONDS)
            try:
                evidence = self._evidence()
            except httpx.HTTPError:
                continue
            verdict = evidence.verdict()
            if sys.stderr.isatty() or int(time.time() - started) % 30 < LOOK_SECONDS:
                _say(time.time() - started, evidence, self._killers.counts())
            if self._gave_itself_away(verdict):
                self._caught.set()
                return

    def _gave_itself_away(self, verdict: Verdict) -> bool:
        """A double shows at once; a loss when a later message has long been answered, or never."""
        mutant = self.house.mutant
        if mutant is None or mutant.shows_as != "lost":
            return mutant is not None and bool(mutant.found(verdict))
        now = time.monotonic()
        self._overtaken = {one: self._overtaken.get(one, now) for one in verdict.overtaken}
        return any(now - since > SURE_SECONDS for since in self._overtaken.values())

    def _evidence(self) -> Evidence:
        return gather(self._driver, self.house.providers)

    def _result(self, seconds: float) -> Result:
        return Result(
            plan=self.plan,
            database=self.database,
            seconds=seconds,
            evidence=self._evidence(),
            kills=self._killers.counts(),
            killed=self._killers.kills,
            marks=list(marks.read(self.house.marks)),
            customers=_customers(),
            deaths=self.house.deaths,
        )


def _customers() -> dict[int, str]:
    services = open_services(Settings(_env_file=None))
    query = select(conversations.c.id, contacts.c.address).join(
        contacts, contacts.c.id == conversations.c.contact_id
    )
    with services.database.read() as tx:
        found = {row.id: row.address for row in tx.execute(query)}
    services.database.close()
    return found


def _say(seconds: float, evidence: Evidence, kills: Counter[str]) -> None:
    print(
        f"{seconds:5.0f} s  {len(evidence.written)} messages, {len(evidence.taken)} sends taken, "
        f"{kills.total()} kills",
        file=sys.stderr,
        flush=True,
    )
