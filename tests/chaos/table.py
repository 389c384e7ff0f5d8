"""The one table of a run, and whether the run counts."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.evidence import Evidence
from tests.chaos.oracle import Verdict
from tests.chaos.pace import GRACE_SECONDS, LONGEST_LAG, RECONCILE_SECONDS, TIMEOUT_SECONDS
from tests.chaos.plan import channel_of
from tests.chaos.run import Result
from tests.chaos.timeline import Timeline, answered_at, begun_at, percentile, tried_at, windows

LEAST_WINDOWS, LEAST_AMBIGUOUS = 20, 100
SHOWN = 5  # complaints of each kind


@dataclass(frozen=True)
class Column:
    """What a run says of one channel, or of all."""

    name: str
    evidence: Evidence
    verdict: Verdict
    windows: int
    timeline: Timeline  # until the provider took the reply
    recoveries: list[float]
    drains: list[float]
    tries: list[float]  # recoveries, until all of the reply was first sent, whatever became of it
    drained_tries: list[float]
    begun: list[float]  # and until the first part of it was
    drained_begun: list[float]


def columns(result: Result) -> list[Column]:
    """Return one for each channel, and one for all of them."""
    kinds = result.plan.channels
    parts = [(name, result.evidence.of(name), (name,)) for name in kinds]
    return [_column(result, *part) for part in [*parts, ("all", result.evidence, kinds)]]


def _column(result: Result, name: str, evidence: Evidence, channels: tuple[str, ...]) -> Column:
    customers = {n: who for n, who in result.customers.items() if channel_of(who) in channels}
    mine = [one for one in result.marks if one.get("conversation") in customers]
    taken = Timeline(evidence.received, answered_at(evidence.taken))
    tried = Timeline(evidence.received, tried_at(evidence.tried))
    begun = Timeline(evidence.received, begun_at(evidence.tried))
    killed = (result.killed, mine, customers)
    return Column(
        name,
        evidence,
        evidence.verdict(),
        windows(mine),
        taken,
        taken.recoveries(*killed),
        taken.drains(result.killed),
        tried.recoveries(*killed),
        tried.drains(result.killed),
        begun.recoveries(*killed),
        begun.drains(result.killed),
    )


def table(result: Result) -> str:
    """Return the table in Markdown."""
    shown = columns(result)
    rows: list[tuple[str, Callable[[Column], str]]] = [
        ("messages", lambda one: f"{len(one.evidence.written):,}"),
        ("webhooks posted, of which not acknowledged", _posted),
        ("sends the provider took", lambda one: f"{len(one.evidence.taken):,}"),
        ("sends: all, clear refusals, ambiguous", _sends),
        ("real crash windows (a row found in `sending`)", lambda one: str(one.windows)),
        ("**lost, doubled, inverted**", _verdict),
        ("sent again as no callback came", lambda one: str(one.evidence.excused)),
        ("acknowledgement p50, p99, max, ms", _acknowledgements),
        ("message to reply p50, p99, s", lambda one: _seconds(one.timeline.reply_times())),
        ("kill of a worker to the reply p50, p99, s", lambda one: _seconds(one.recoveries)),
        ("the same, until all of it was first sent", lambda one: _seconds(one.tries)),
        ("the same, until its first part was", lambda one: _seconds(one.begun)),
        ("Valkey emptied to all answered p50, max, s", lambda one: _seconds(one.drains, 0.5, 1)),
        ("the same, until all were first sent", lambda one: _seconds(one.drained_tries, 0.5, 1)),
        ("the same, until their first parts were", lambda one: _seconds(one.drained_begun, 0.5, 1)),
        ("webhook never came: messages, to the reply p50, max, s", _found),
    ]
    head = ["", *(one.name for one in shown)]
    lines = [head, ["---"] * len(head)]
    lines += [[title, *(cell(one) for one in shown)] for title, cell in rows]
    return "\n".join([_conditions(result), "", *("| " + " | ".join(line) + " |" for line in lines)])


def _conditions(result: Result) -> str:
    plan, each = result.plan, (f"{name} {n}" for name, n in sorted(result.kills.items()))
    grace = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in GRACE_SECONDS.items())
    return (
        f"{result.database}, seed {plan.seed}, {plan.per_second} messages a second, "
        f"{result.seconds:.0f} s. {result.kills.total()} kills: {', '.join(each)}. "
        f"Webhooks that Chatwoot never sent: {result.evidence.dropped}. Grace {grace}; lists and "
        f"callbacks lag at most {LONGEST_LAG:.0f} s; a send waits {TIMEOUT_SECONDS} s; Chatwoot is "
        f"asked every {RECONCILE_SECONDS:.0f} s."
    )


def complaints(result: Result) -> list[str]:
    """Return what is wrong with the product, a few of each kind."""
    verdict = result.verdict
    kinds = {"lost": verdict.lost, "doubled": verdict.doubled, "inverted": verdict.inverted}
    found = [f"{kind}: {one}" for kind, all_ in kinds.items() for one in all_[:SHOWN]]
    return found + [f"died by itself: {name} ({status})" for _, name, status in result.deaths]


def shortfall(result: Result) -> str:
    """Return why the run proves too little, or nothing."""
    found, ambiguous = windows(result.marks), result.evidence.counted("ambiguous")
    if found < LEAST_WINDOWS:
        return f"only {found} real crash windows were hit, {LEAST_WINDOWS} are needed"
    if ambiguous < LEAST_AMBIGUOUS:
        return f"only {ambiguous} ambiguous sends, {LEAST_AMBIGUOUS} are needed"
    return ""


def _posted(one: Column) -> str:
    evidence = one.evidence
    return f"{sum(evidence.posted.values()):,}, {sum(evidence.refused.values()):,}"


def _sends(one: Column) -> str:
    return ", ".join(str(one.evidence.counted(name)) for name in ("sends", "clear", "ambiguous"))


def _verdict(one: Column) -> str:
    verdict = one.verdict
    counts = (len(verdict.lost), len(verdict.doubled), len(verdict.inverted))
    return "**" + ", ".join(map(str, counts)) + "**"


def _acknowledgements(one: Column) -> str:
    values = one.evidence.all_latencies()
    return ", ".join(f"{percentile(values, share) * 1000:.0f}" for share in (0.5, 0.99, 1.0))


def _found(one: Column) -> str:
    late, answered = one.evidence.late, one.timeline.answered
    waits = [answered[m] - one.evidence.written[m] for m in late if m in answered]
    return f"{len(late)}: {_seconds(waits, 0.5, 1)}" if late else "-"


def _seconds(values: list[float], *shares: float) -> str:
    if not values:
        return "-"
    times = ", ".join(f"{percentile(values, share):.1f}" for share in shares or (0.5, 0.99))
    return f"{times} ({len(values)} times)"
