"""The one table of a run, and whether the run counts."""

from tests.chaos.pace import GRACE_SECONDS, LONGEST_LAG, TIMEOUT_SECONDS
from tests.chaos.run import Result
from tests.chaos.timeline import percentile

LEAST_WINDOWS, LEAST_AMBIGUOUS = 20, 100
SHOWN = 5  # complaints of each kind


def table(result: Result) -> str:
    """Return the table in Markdown."""
    rows = [
        ("database, seed, seconds", f"{result.database}, {result.plan.seed}, {result.seconds:.0f}"),
        ("messages acknowledged", f"{result.messages:,}"),
        ("sends the provider took", f"{result.replies:,}"),
        ("webhooks posted, of which not acknowledged", f"{result.posted:,}, {result.refused:,}"),
        ("kills", _kills(result)),
        ("real crash windows (a row found in `sending`)", str(result.windows)),
        ("ambiguous sends, clear refusals, all sends", _weather(result)),
        ("**lost, doubled, inverted**", _verdict(result)),
        ("acknowledgement p50, p99, max", _milliseconds(result.acknowledgements)),
        ("reply p50, p99", _seconds(result.reply_times, 0.5, 0.99)),
        ("kill of a worker to the reply p50, p99", _seconds(result.recoveries, 0.5, 0.99)),
        ("Valkey emptied to all answered p50, max", _seconds(result.drains, 0.5, 1.0)),
        ("grace, list lag at most, send timeout",
         f"{GRACE_SECONDS} s, {LONGEST_LAG} s, {TIMEOUT_SECONDS} s"),
    ]  # fmt: skip
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def complaints(result: Result) -> list[str]:
    """Return what is wrong with the product, a few of each kind."""
    verdict = result.verdict
    kinds = {"lost": verdict.lost, "doubled": verdict.doubled, "inverted": verdict.inverted}
    found = [f"{kind}: {one}" for kind, all_ in kinds.items() for one in all_[:SHOWN]]
    return found + [f"died by itself: {name} ({status})" for _, name, status in result.deaths]


def shortfall(result: Result) -> str:
    """Return why the run proves too little, or nothing."""
    if result.windows < LEAST_WINDOWS:
        return f"only {result.windows} real crash windows were hit, {LEAST_WINDOWS} are needed"
    if result.weather["ambiguous"] < LEAST_AMBIGUOUS:
        return f"only {result.weather['ambiguous']} ambiguous sends, {LEAST_AMBIGUOUS} are needed"
    return ""


def _kills(result: Result) -> str:
    each = ", ".join(f"{name} {count}" for name, count in sorted(result.kills.items()))
    return f"{result.kills.total()}: {each}"


def _weather(result: Result) -> str:
    weather = result.weather
    return f"{weather['ambiguous']}, {weather['clear']}, {weather['sends']}"


def _verdict(result: Result) -> str:
    verdict = result.verdict
    counts = (len(verdict.lost), len(verdict.doubled), len(verdict.inverted))
    return "**" + ", ".join(map(str, counts)) + "**"


def _milliseconds(values: list[float]) -> str:
    return (
        ", ".join(f"{percentile(values, share) * 1000:.0f}" for share in (0.5, 0.99, 1.0)) + " ms"
    )


def _seconds(values: list[float], *shares: float) -> str:
    times = ", ".join(f"{percentile(values, share):.1f}" for share in shares)
    return f"{times} s ({len(values)} times)"
