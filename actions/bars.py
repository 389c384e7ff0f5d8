"""The bar of an agent, held against its experiments before a release.

The criteria that count are those of what is to be released and those of the version of the same
agent that answers there now: a bar is not lowered by whoever wants to pass under it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from actions.audited import audited
from actions.checks import Finding
from actions.evidence import Standing, asked, standing
from actions.services import Services
from agent.actor import Actor
from agent.bar import Found, Result, judged
from agent.spec import Spec
from store.evaluation.datasets import TESTS, Dataset
from store.switches import CLIENT_SCORES

PREFIX = "bar_"  # of the codes of its findings


@dataclass(frozen=True)
class Held:
    """How the criteria stand, and what they were held against."""

    results: Sequence[Result] = ()
    experiments: Sequence[dict[str, Any]] = ()

    @property
    def missed(self) -> list[Result]:
        """Those that keep a release back."""
        return [one for one in self.results if not one.met]

    @property
    def findings(self) -> list[Finding]:
        """The same as what a check finds."""
        return [_finding(one) for one in self.missed]


def held(services: Services, agent_id: str, spec: Spec, before: Spec | None) -> Held:
    """Return how *spec* stands, where *before* is what its agent answers with there now."""
    criteria = dict.fromkeys([*(before.bar if before else ()), *spec.bar])
    if not criteria:
        return Held()
    clients, look = counts_clients(services), _looking(services, agent_id, spec, before)
    results = [
        judged(one, _found(services, look(one.on), before), clients=clients) for one in criteria
    ]
    used = [
        found for name in dict.fromkeys(one.on for one in criteria) if (found := look(name).now)
    ]
    return Held(results, [one.summary for one in used if not isinstance(one, str)])


@dataclass(frozen=True)
class _Look:
    """What one dataset says of a spec and of the one before it."""

    now: Standing | str
    before: Standing | str = "never"


def _looking(
    services: Services, agent_id: str, spec: Spec, before: Spec | None
) -> Callable[[str], _Look]:
    @lru_cache
    def look(name: str) -> _Look:
        dataset = _dataset(services, agent_id, name)
        if dataset is None:
            return _Look("no_dataset" if name else "never")
        old = standing(services, dataset, before) if before else "never"
        return _Look(standing(services, dataset, spec), old)

    return look


def _found(services: Services, look: _Look, before: Spec | None) -> Found | str:
    if isinstance(look.now, str):
        return look.now
    old: Any = ()
    if before is not None:
        old = None if isinstance(look.before, str) else asked(services, look.before)
    return Found(asked(services, look.now), old)


def _dataset(services: Services, agent_id: str, name: str) -> Dataset | None:
    wanted = (name or TESTS).casefold()
    there = services.store.datasets.of(agent_id)
    return next((one for one in there if one.name.casefold() == wanted), None)


def _finding(result: Result) -> Finding:
    value = "" if result.value is None else f"{result.value:.4g}"
    values = {"criterion": result.line, "value": value, "detail": result.detail}
    return Finding("error", PREFIX + result.why, values)


def counts_clients(services: Services) -> bool:
    """Return whether scores that people's own programs gave count for a bar."""
    found = services.store.switches.switch(CLIENT_SCORES)
    return bool(found and found.value)


def count_clients(services: Services, actor: Actor, counted: bool) -> None:
    """Let scores that people's own programs gave count for bars, or not. Raises Forbidden."""
    with audited(services, actor, "admin") as note:
        services.store.switches.set(CLIENT_SCORES, counted, actor.name)
        note("client scores counted" if counted else "client scores not counted")
