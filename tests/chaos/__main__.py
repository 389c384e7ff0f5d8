"""Runs the chaos and prints its table: `python -m tests.chaos`, or `make chaos ARGS=...`."""

import argparse
import random
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.chaos.flood import flood
from tests.chaos.house import House
from tests.chaos.mutants import MUTANTS, Mutant
from tests.chaos.pace import LONGEST_LAG
from tests.chaos.plan import CHANNELS, KINDS, Plan
from tests.chaos.run import Result, Run
from tests.chaos.soak import soak
from tests.chaos.table import complaints, shortfall, table

DRAIN_SECONDS = 240.0  # the longest back-off of a reply that was refused four times is 120
MUTANT_CUSTOMERS = 12


def main() -> int:
    """Run as told; 0 when the promise was kept and the run counts."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seed = arguments.seed if arguments.seed is not None else random.randrange(1_000_000)
    if arguments.soak:
        return 0 if soak(arguments.soak, arguments.rate, seed) else 1
    if arguments.flood:
        return 0 if flood(seed) else 1
    if arguments.mutant:
        names = list(MUTANTS) if arguments.mutant == "all" else [arguments.mutant]
        plan = Plan(seed, Mutant.messages, customers=MUTANT_CUSTOMERS, newcomers=0.1)
        plan = plan.with_gaps(arguments.gaps)
        return _mutants([MUTANTS[name] for name in names], plan, arguments)
    channels = tuple(arguments.channels.split(","))
    plan = Plan(seed, arguments.messages, arguments.rate, channels=channels)
    plan = plan.with_gaps(arguments.gaps).only(arguments.kill.split(","))
    result = _carry_out(plan, arguments.database, None, arguments.keep)
    print(table(result))
    for complaint in complaints(result):
        print(complaint)
    missing = "" if arguments.short else shortfall(result)
    if missing:
        print(f"This run does not count: {missing}.")
    print(
        f"Again: make chaos DATABASE={arguments.database} "
        f'ARGS="--seed {seed} --messages {plan.messages} --rate {plan.per_second} '
        f"--gaps {arguments.gaps} --channels {arguments.channels} "
        f'--kill {arguments.kill}"'
    )
    return 0 if result.verdict.is_clean and not missing else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=")
    parser.add_argument("--messages", type=int, default=2_500)
    parser.add_argument("--rate", type=float, default=7.0, help="messages a second")
    parser.add_argument(
        "--gaps",
        type=float,
        default=1.0,
        help="times the pauses between kills; 3 on a slow machine",
    )
    parser.add_argument("--seed", type=int, help="of an earlier run; new by default")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--mutant", choices=("all", *MUTANTS), default="", help="break it first")
    parser.add_argument("--channels", default=",".join(CHANNELS), help="some of them, by commas")
    parser.add_argument("--kill", default=",".join(KINDS), help="some of these, by commas")
    parser.add_argument("--soak", type=float, default=0, help="minutes of work without kills")
    parser.add_argument("--flood", action="store_true", help="one customer floods; no kills")
    parser.add_argument("--short", action="store_true", help="count a run that hit little, too")
    parser.add_argument("--keep", type=Path, help="a new folder that keeps the logs")
    return parser.parse_args()


def _carry_out(plan: Plan, database: str, mutant: Mutant | None, keep: Path | None) -> Result:
    folder = keep or Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    lag = mutant.lag if mutant and mutant.lag else LONGEST_LAG
    house = House(folder, database, plan.seed, lag, mutant)
    try:
        return Run(plan, database, DRAIN_SECONDS, house).carry_out()
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _mutants(mutants: list[Mutant], plan: Plan, arguments: argparse.Namespace) -> int:
    """Run the product as it is, which must be clean, and then each mutant, which must not."""
    head = ("mutant", "shows as", "messages", "seconds", "")
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    database = arguments.database
    control = _carry_out(plan, database, None, arguments.keep)
    clean = control.verdict.is_clean
    _say("none: the product as it is", control, "nothing", "clean" if clean else "**not clean**")
    for complaint in complaints(control):
        print(complaint, file=sys.stderr, flush=True)
    caught = 0
    for mutant in mutants:
        harder = replace(
            plan, gaps=plan.gaps | mutant.gaps, channels=mutant.channels, messages=mutant.messages
        )
        result = _carry_out(harder, database, mutant, None)
        found = mutant.found(result.verdict)
        caught += bool(found)
        shown = f"{len(found)} {mutant.shows_as}"
        name = f"{mutant.name}: {mutant.sentence}"
        _say(name, result, shown, "caught" if found else "**not caught**")
    print(f"caught {caught}/{len(mutants)}" + ("" if clean else "; the product itself failed"))
    return 0 if clean and caught == len(mutants) else 1


def _say(name: str, result: Result, shown: str, verdict: str) -> None:
    cells = (name, shown, f"{len(result.evidence.written)}", f"{result.seconds:.0f}", verdict)
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
