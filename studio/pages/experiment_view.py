"""How an experiment looks: how far it is, which candidate is better, and each case side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.agreement import FEWEST, Agreement
from agent.kept_answers import read
from agent.scoring import Score
from store.evaluation.datasets import KeptCase
from store.evaluation.experiments import Experiment, Progress, Row
from studio import why
from studio.frontier_plot import Dot, frontier
from studio.markup import Html, join, tag
from studio.state import Studio
from studio.widgets import author, badge, button, looker, note, table, when

MOST_SHOWN = 200  # cases of one experiment


@dataclass(frozen=True)
class Run:
    """An experiment, and how far it is."""

    experiment: Experiment
    progress: Progress
    rows: Sequence[Row]
    cases: Mapping[str, KeptCase]
    judges: Mapping[str, Agreement] = field(default_factory=dict)


@dataclass(frozen=True)
class Aside:
    """One case with what every candidate made of it."""

    experiment: Experiment
    case: KeptCase
    rows: Sequence[Row]


def run_view(studio: Studio, run: Run | None) -> Html:
    """Return an experiment with what it found so far."""
    if run is None:
        return note(studio.say("evaluate.run_help"))
    experiment, progress = run.experiment, run.progress
    parts = [
        tag("h3", _title(studio, experiment)),
        _state(studio, experiment, progress),
        *_sentences(studio, experiment),
        _candidates(studio, experiment),
        _frontiers(studio, experiment),
        *_judges(studio, run.judges),
        _cases(studio, run),
    ]
    return tag("div", *parts, class_="as-experiment")


def _title(studio: Studio, experiment: Experiment) -> str:
    labels = " · ".join(one.label for one in experiment.candidates)
    return f"{experiment.name or when(experiment.created_at)} · {labels}"


def _state(studio: Studio, experiment: Experiment, progress: Progress) -> Html:
    asked = progress.done + progress.failed
    values = {"passed": progress.passed, "asked": asked, "total": progress.total}
    told = [studio.say("evaluate.passed", **values)]
    told += [studio.say("evaluate.failed", count=progress.failed)] if progress.failed else []
    told.append(studio.say("evaluate.cost", cost=f"US$ {experiment.cost:.4f}"))
    going = [
        tag("progress", value=asked, max=max(progress.total, 1)),
        button(studio.say("evaluate.stop"), "stop", experiment.id),
    ]
    may_go_on = experiment.state in ("stopped", "over_budget")
    resume = button(studio.say("evaluate.resume"), "resume", experiment.id)
    return tag(
        "div",
        badge(studio.say(f"evaluate.state.{experiment.state}"), _kind(experiment)),
        tag("p", " · ".join(told), class_="as-quiet"),
        None if experiment.is_over else tag("div", *going, class_="as-buttons"),
        resume if may_go_on else None,
    )


def _kind(experiment: Experiment) -> str:
    return {"done": "good", "over_budget": "bad", "stopped": "none"}.get(experiment.state, "wait")


def _sentences(studio: Studio, experiment: Experiment) -> list[Html]:
    """What each comparison says, for whoever decides."""
    labels = [one.label for one in experiment.candidates]
    told = []
    for pair in experiment.comparisons.get("pairs", ()):
        passed = pair["measures"][0]
        who = studio.say("evaluate.beside", new=labels[pair["new"]], old=labels[pair["old"]])
        sentence = passed["sentence"].get(studio.language, passed["sentence"]["en"])
        kind = {"better": "as-note as-good", "worse": "as-note as-bad"}
        told.append(
            tag(
                "div",
                tag("b", who),
                tag("p", sentence, class_="as-verdict"),
                class_=kind.get(passed["verdict"], "as-note"),
            )
        )
    return told


def _candidates(studio: Studio, experiment: Experiment) -> Html | None:
    """The sums of each: the table behind the sentences."""
    sums = experiment.comparisons.get("candidates")
    if not sums:
        return None
    keys = ("label", "passes", "always", "cost_a_turn", "seconds")
    rows = [
        [
            tag("b", one["label"]),
            f"{one['passed']} / {one['rows']}",
            _share(one["all_pass"][-1] if one["all_pass"] else None),
            f"US$ {one['cost_a_turn']:.5f}",
            f"{one['seconds']:.2f} s",
        ]
        for one in sums
    ]
    return table([studio.say(f"evaluate.sum.{key}") for key in keys], rows, "")


def _frontiers(studio: Studio, experiment: Experiment) -> Html | None:
    """Quality against cost and time, where there are several to choose from."""
    sums = [one for one in experiment.comparisons.get("candidates", ()) if one["rows"]]
    if len(sums) < 2:
        return None
    plots = [
        frontier(
            studio.say(f"evaluate.frontier.{key}"),
            unit,
            [Dot(one["label"], one[key], one["passed"] / one["rows"]) for one in sums],
        )
        for key, unit in (("cost_a_turn", "US$ "), ("seconds", ""))
    ]
    help_ = tag("p", studio.say("evaluate.frontier.help"), class_="as-quiet")
    return tag("div", help_, *plots, class_="as-plots")


def _judges(studio: Studio, judges: Mapping[str, Agreement]) -> list[Html]:
    """How far each judge can be believed."""
    told = []
    for name, one in judges.items():
        values = {"name": name, "count": one.pairs, "few": FEWEST, "kappa": f"{one.kappa:.2f}"}
        key = "evaluate.judge" if one.is_enough else "evaluate.judge_few"
        told.append(tag("p", studio.say(key, **values), class_="as-quiet"))
    return told


def _share(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.0f} %"


def _cases(studio: Studio, run: Run) -> Html:
    """A line each case; those on which the candidates differ come first, then those that fail."""
    by_case: dict[str, list[Row]] = {}
    for row in run.rows:
        by_case.setdefault(row.case_id, []).append(row)
    places = range(len(run.experiment.candidates))
    ordered = sorted(by_case.items(), key=lambda item: _interest(item[1]))
    rows = [
        [
            run.cases[case_id].case.question if case_id in run.cases else "—",
            *(_mark([row for row in theirs if row.candidate == place]) for place in places),
            looker(studio.say("evaluate.look"), f"{run.experiment.id} {case_id}", "look"),
        ]
        for case_id, theirs in ordered[:MOST_SHOWN]
    ]
    labels = [one.label for one in run.experiment.candidates]
    return table([studio.say("evaluate.question"), *labels, ""], rows, "…")


def _interest(rows: Sequence[Row]) -> tuple[int, int]:
    went = {row.passed for row in rows if row.passed is not None}
    return (0 if len(went) > 1 else 1, 0 if False in went else 1)


def _mark(rows: Sequence[Row]) -> Html:
    """✓ or ✕, and how many of how many where it was asked more than once."""
    asked = [row for row in rows if row.passed is not None]
    if not asked:
        failed = any(row.state == "failed" for row in rows)
        return badge("!", "bad") if failed else badge("…", "none")
    passed = sum(bool(row.passed) for row in asked)
    kind = "good" if passed == len(asked) else "bad" if not passed else "wait"
    short = "✓" if kind == "good" else "✕"
    return badge(short if len(asked) == 1 else f"{passed}/{len(asked)}", kind)


# --- one case side by side


def aside_view(studio: Studio, aside: Aside) -> Html:
    """Return what each candidate said in one case, why it did, and how it was scored."""
    columns = [
        tag(
            "div",
            tag("h4", candidate.label),
            [_row(studio, aside, row) for row in aside.rows if row.candidate == place],
            class_="as-half",
        )
        for place, candidate in enumerate(aside.experiment.candidates)
    ]
    title = tag("h3", aside.case.case.question)
    return tag("div", title, tag("div", columns, class_="as-halves"), class_="as-aside")


def _row(studio: Studio, aside: Aside, row: Row) -> Html:
    turns = aside.case.case.turns
    parts: list[Html | None] = [_mark([row])]
    for place, kept in enumerate(row.answers):
        said = turns[place].lines if place < len(turns) else kept.get("said", [])
        parts.append(_turn(studio, said, kept))
    parts += [_complaint(studio, one) for one in row.scores.values() if not one.passed]
    if row.error:
        parts.append(tag("div", row.error, class_="as-complaint"))
    if row.reused:
        parts.append(tag("p", studio.say("evaluate.reused"), class_="as-quiet"))
    return tag("div", parts, class_="as-row")


def _turn(studio: Studio, said: Sequence[str], kept: Mapping[str, Any]) -> Html:
    answer = read(kept)
    tokens = (answer.usage.input_tokens, answer.usage.output_tokens)
    facts = why.usage(studio, "", answer.model, tokens, answer.usage.cost, 0.0, answer.outcome)
    trace = [step.as_json() for step in answer.trace]
    return tag(
        "div",
        [tag("p", line, class_="as-asked") for line in said],
        tag("p", answer.text or "—", class_="as-answered"),
        why.citations([one.as_json() for one in answer.citations]),
        tag(
            "details",
            tag("summary", studio.say("evaluate.trace")),
            why.panel(studio, trace, facts, answer.error),
        ),
    )


def _complaint(studio: Studio, score: Score) -> Html:
    name = score.name if score.by == "platform" else "other"
    told = studio.say(f"evaluate.why.{name}", what=score.reason, name=score.name)
    return tag("div", told, class_="as-complaint")


def past_view(studio: Studio, experiments: Sequence[Experiment], shown: str) -> Html:
    """Return the latest experiments, to look at one again."""
    rows = [
        [
            _title(studio, one),
            badge(studio.say(f"evaluate.state.{one.state}"), _kind(one)),
            f"{author(studio, one.created_by)} · {when(one.created_at)}",
            None if one.id == shown else looker(studio.say("evaluate.look"), one.id, "see"),
        ]
        for one in experiments
    ]
    if not rows:
        return Html()
    heads = [studio.say(f"evaluate.past.{key}") for key in ("what", "state", "who")]
    return join([tag("h3", studio.say("evaluate.past")), table([*heads, ""], rows, "")])
