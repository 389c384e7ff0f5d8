"""How the candidates of an experiment did, and how each compares with those before it.

Computed by a worker once the experiment is over, and again when a score is added to it, so that
whoever shows it reads plain values.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, islice
from statistics import fmean, median
from typing import Any

from actions import bar_alerts
from agent.agreement import all_pass
from agent.comparison import Comparison, Values, together
from agent.comparison import compare as comparison
from jobs.context import WorkerContext
from store.evaluation.experiments import Experiment, Row
from store.states import RowState

log = logging.getLogger(__name__)

MOST_SCORERS = 20
LESS_IS_BETTER = ("cost", "seconds")


def compare(context: WorkerContext) -> bool:
    """Compare one experiment that is due. False when none is."""
    rows, experiments = context.services.store.rows, context.services.store.experiments
    due = rows.to_compare()
    if due is None:
        return False
    experiment_id, until = due
    experiment = experiments.get(experiment_id)
    bar_alerts.tell(context.services, experiment)
    rows.compared(experiment_id, until, results(experiment, experiments.rows(experiment_id)))
    log.info("experiment compared experiment=%s", experiment_id)
    return True


def results(experiment: Experiment, rows: Sequence[Row]) -> dict[str, Any]:
    """Return `candidates` with their sums, and `pairs` with their comparisons, as plain values."""
    done = [row for row in rows if row.state == RowState.DONE]
    by_candidate = [
        [row for row in done if row.candidate == place]
        for place in range(len(experiment.candidates))
    ]
    return {
        "candidates": [
            {"label": one.label, **_sums(theirs, experiment.repeats)}
            for one, theirs in zip(experiment.candidates, by_candidate, strict=True)
        ],
        "pairs": _pairs(by_candidate),
    }


def _sums(rows: Sequence[Row], repeats: int) -> dict[str, Any]:
    tries = defaultdict(list)
    for row in rows:
        tries[row.case_id].append(bool(row.passed))
    turns = sum(len(row.answers) for row in rows)
    return {
        "rows": len(rows),
        "passed": sum(bool(row.passed) for row in rows),
        "all_pass": [all_pass(list(tries.values()), k) for k in range(1, repeats + 1)],
        "scores": {name: fmean(values) for name, values in _scores(rows).items()},
        "cost": sum(map(_cost, rows)),
        "cost_a_turn": sum(map(_cost, rows)) / turns if turns else 0.0,
        "seconds": median([row.seconds for row in rows]) if rows else 0.0,
    }


def _scores(rows: Sequence[Row]) -> dict[str, list[float]]:
    found = defaultdict(list)
    for row in rows:
        for name, score in row.scores.items():
            found[name].append(score.value)
    return dict(list(found.items())[:MOST_SCORERS])


def _pairs(by_candidate: Sequence[Sequence[Row]]) -> list[dict[str, Any]]:
    """Compare each with each. Of passing there is one comparison a pair, which are corrected
    together; so are all the others.
    """
    places = list(combinations(range(len(by_candidate)), 2))
    each = [_compared(by_candidate[old], by_candidate[new]) for old, new in places]
    passed = together([measures[0] for measures in each])
    rest = iter(together([one for measures in each for one in measures[1:]]))
    return [
        {
            "old": old,
            "new": new,
            "measures": [one.as_json() for one in (first, *islice(rest, len(measures) - 1))],
        }
        for (old, new), first, measures in zip(places, passed, each, strict=True)
    ]


def _compared(old: Sequence[Row], new: Sequence[Row]) -> list[Comparison]:
    names = [name for name in _scores(old) if name in _scores(new)]
    measures = ["passed", *(f"score:{name}" for name in names), *LESS_IS_BETTER]
    return [
        comparison(one, _values(one, old), _values(one, new), less_is_better=one in LESS_IS_BETTER)
        for one in measures
    ]


def _values(measure: str, rows: Sequence[Row]) -> Values:
    """The values of each case by one measure."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        value = _value(measure, row)
        if value is not None:
            found[row.case_id].append(value)
    return found


def _value(measure: str, row: Row) -> float | None:
    kind, _, name = measure.partition(":")
    if kind == "score":
        return row.scores[name].value if name in row.scores else None
    return {"passed": float(bool(row.passed)), "cost": _cost(row), "seconds": row.seconds}[kind]


def _cost(row: Row) -> float:
    """What the answers cost in US dollars, also where they were not paid for once more; without
    the judges."""
    return sum(float(one.get("usage", {}).get("cost", 0.0)) for one in row.answers)
