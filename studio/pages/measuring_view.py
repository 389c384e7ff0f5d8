"""How measuring looks: questions with the place of their answer, and what each search is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from knowledge.quality.grid_search import Recommendation, Trial
from knowledge.quality.measure import Measurement
from knowledge.quality.pairs import Pair
from studio.markup import Html, join, tag
from studio.state import Studio
from studio.widgets import badge, button, clickable, note, place, table

MOST_SHOWN = 60  # saved questions on the page


@dataclass(frozen=True)
class Saved:
    """The saved questions of one base, and the sources to choose from."""

    pairs: Sequence[Pair] = ()
    sources: Sequence[str] = ()


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    tab: gr.Tab
    question: gr.Textbox
    source: gr.Dropdown
    expect: gr.Textbox
    add: gr.Button
    run: gr.Button
    advise: gr.Button
    advice: gr.State
    apply: gr.Button
    results: gr.HTML
    pairs: gr.HTML

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.source, self.pairs]


def layout(studio: Studio, tab: gr.Tab) -> Parts:
    """Place the components."""
    say = studio.say
    with gr.Group(elem_id="pair-form"):
        question = gr.Textbox(
            label=say("evaluate.question"), max_length=1000, elem_id="pair-question"
        )
        with gr.Row():
            source = gr.Dropdown([], label=say("measure.source"), elem_id="pair-source")
            expect = gr.Textbox(label=say("measure.expect"), max_length=300, elem_id="pair-expect")
    with gr.Row():
        add = gr.Button(say("measure.add"), elem_id="pair-add")
        advise = gr.Button(say("measure.advise"), elem_id="measure-advise")
        run = gr.Button(say("measure.run"), variant="primary", elem_id="measure-run")
    advice = gr.State(None)
    results = place(note(say("measure.help")), elem_id="measure-results")
    apply = gr.Button(say("measure.apply"), visible=False, elem_id="measure-apply")
    pairs = clickable(elem_id="pair-list")
    return Parts(tab, question, source, expect, add, run, advise, advice, apply, results, pairs)


def shown(studio: Studio, page: Saved) -> list[Any]:
    """Return the values of `Parts.filled`."""
    nowhere = (studio.say("measure.nowhere"), "")
    choices = [*((name, name) for name in page.sources), nowhere]
    first = choices[0][1]
    return [gr.update(choices=choices, value=first), pairs_view(studio, page.pairs)]


def pairs_view(studio: Studio, pairs: Sequence[Pair]) -> Html:
    """Return the saved questions."""
    head = [studio.say("evaluate.question"), studio.say("measure.source"), ""]
    rows = [
        [
            pair.question,
            join(
                [
                    pair.source or studio.say("measure.nowhere"),
                    tag("div", pair.expect, class_="as-quiet"),
                ]
            ),
            button(studio.say("remove"), "remove", pair.id, studio.say("evaluate.remove_sure")),
        ]
        for pair in pairs[:MOST_SHOWN]
    ]
    title = tag("h3", studio.say("measure.pairs", count=len(pairs)))
    left = len(pairs) - MOST_SHOWN
    more = tag("p", studio.say("preview.more", count=left), class_="as-quiet") if left > 0 else None
    return join([title, table(head, rows, studio.say("measure.empty")), more])


def results_view(studio: Studio, found: Measurement) -> Html:
    """Return what each way of searching is worth, and the questions that go wrong."""
    keys = ("way", "hit1", "hit5", "mrr", "ndcg", "refused", "time")
    head = [studio.say(f"measure.{key}") for key in keys]
    rows = [
        [
            tag("b", studio.say(f"way.{one.way}")),
            _share(one.hit1),
            _share(one.hit5),
            f"{one.mrr:.3f}",
            f"{one.ndcg:.3f}",
            "—" if one.refused is None else _share(one.refused),
            f"{one.p50_ms:.0f} / {one.p95_ms:.0f} ms",
        ]
        for one in found.measures
    ]
    return join([table(head, rows, ""), _wrong(studio, found)])


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _wrong(studio: Studio, found: Measurement) -> Html:
    """Return the questions whose answer does not come first by what agents use."""
    way = "reranked" if "reranked" in found.asked else "hybrid"
    wrong = [
        (pair, ranks.get(way))
        for pair, ranks in found.ranks
        if pair.is_answerable and ranks.get(way) != 1
    ]
    if not wrong:
        return note(studio.say("measure.all_first"))
    rows = [
        [
            pair.question,
            pair.source,
            badge(f"{rank}.º", "wait") if rank else badge(studio.say("measure.not_found"), "bad"),
        ]
        for pair, rank in wrong
    ]
    head = [
        studio.say("evaluate.question"),
        studio.say("measure.source"),
        studio.say("measure.place"),
    ]
    return join([tag("h3", studio.say("measure.wrong", count=len(wrong))), table(head, rows, "")])


def advised(studio: Studio, found: Recommendation) -> list[Any]:
    """Return the settings that would be better, the advice itself, and whether to offer it."""
    if not found.is_change:
        return [note(studio.say("measure.as_good")), None, gr.Button(visible=False)]
    keys = ("settings", "hit1", "hit5", "mrr", "refused")
    head = [studio.say(f"measure.{key}") for key in keys]
    rows = [_trial(studio, "now", found.trials[0]), _trial(studio, "better", found.best)]
    return [table(head, rows, ""), found, gr.Button(visible=True)]


def _usual(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _trial(studio: Studio, key: str, trial: Trial) -> list[Html | str]:
    one, how = trial.measures, trial.tuning
    values = {
        "words": f"{how.words:.2f}",
        "vector": _usual(how.vector),
        "threshold": _usual(how.threshold),
        "size": how.chunk_tokens,
    }
    told = tag("div", studio.say("measure.values", **values), class_="as-quiet")
    refused = "—" if one.refused is None else _share(one.refused)
    return [
        join([tag("b", studio.say(f"measure.{key}")), told]),
        _share(one.hit1),
        _share(one.hit5),
        f"{one.mrr:.3f}",
        refused,
    ]
