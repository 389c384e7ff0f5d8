"""How releases look: the check before one, the versions, and what changed between them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import gradio as gr

from actions.releases import MOST_CUSTOMERS, Outlook, Replaced
from agent.difference import Change
from knowledge.snapshots import Change as Known
from store.agents.agents import Agent, Release, Version
from store.agents.shares import Share
from store.evaluation.notebook_runs import Run
from studio.difference_view import difference_view
from studio.findings import findings, unpriced
from studio.knowledge_changes import knowledge_changes
from studio.markup import Html, join, tag
from studio.pages.notebooks_view import frame
from studio.pages.shares_view import shares_view
from studio.state import Studio
from studio.widgets import author, badge, button, clickable, looker, note, place, table, when

# A version's id (empty: the draft), the id of the agent it silences, the part of the customers, and
# after how many of them it settles itself.
Asked = tuple[str, str, float, int]


@dataclass(frozen=True)
class Released:
    """What the page shows of an agent's releases."""

    agent: Agent | None
    versions: Sequence[Version]
    live: Sequence[Release]
    outlook: Outlook | None = None  # what keeps a release back; None: nothing, or nobody asked
    done: Version | None = None  # what was released just now
    version_id: str = ""  # the version that was to be released; empty: the draft
    part: tuple[float, int] = (1.0, 0)  # of the customers, and after how many it settles itself
    shares: Sequence[Share] = ()
    runs: Mapping[str, Run] = field(default_factory=dict)  # of the notebooks among the evidence

    @property
    def is_blocked(self) -> bool:
        """True when an error keeps the release back."""
        return self.outlook is not None and bool(self.outlook.errors)

    @property
    def asked(self) -> Asked:
        """What "release anyway" would say yes to."""
        replaced = self.outlook.replaced if self.outlook else None
        return (self.version_id, replaced.release.agent_id if replaced else "", *self.part)


@dataclass(frozen=True)
class Compared:
    """Two specs side by side: what is said above, and what differs."""

    title: str
    changes: Sequence[Change]
    bases: Mapping[str, str]
    knowledge: Sequence[Known] = ()  # the sources that differ


@dataclass(frozen=True)
class ReleaseParts:
    """The components that events read and fill."""

    channel: gr.Dropdown
    address: gr.Textbox
    note: gr.Textbox
    release: gr.Button
    anyway: gr.Button
    asked: gr.State
    check: gr.HTML
    versions: gr.HTML
    changes: gr.HTML
    sentence: gr.Textbox
    override: gr.Button
    part: gr.Number
    settles_after: gr.Number
    share: gr.Button
    shares: gr.HTML

    @property
    def target(self) -> list[Any]:
        """Where to release, and with which note."""
        return [self.channel, self.address, self.note]

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        shown = [self.check, self.anyway, self.versions, self.changes, self.asked]
        return [*shown, self.sentence, self.override, self.shares]


def layout(studio: Studio) -> ReleaseParts:
    """Place the components."""
    say, usual = studio.say, studio.services.usual_channel
    channels = [(one.title, name) for name, one in studio.services.channels.items()]
    with gr.Group():
        with gr.Row():
            channel = gr.Dropdown(
                channels,
                value=usual.name,
                label=say("agents.channel"),
                filterable=False,
                elem_id="agent-channel",
            )
            address = gr.Textbox(
                usual.our_address(studio.services.settings),
                label=say("agents.address"),
                info=say("agents.address_help"),
                elem_id="agent-address",
            )
        remark = gr.Textbox(
            label=say("agents.note"), elem_id="agent-note", placeholder=say("agents.note_example")
        )
    release = gr.Button(say("agents.release"), variant="primary", elem_id="agent-release")
    part, after, share = _some(studio)
    check = place(elem_id="agent-check")
    anyway = gr.Button(say("agents.release_anyway"), elem_id="agent-release-anyway", visible=False)
    sentence, override = _override(studio)
    shares = clickable(elem_id="agent-shares")
    versions = clickable(elem_id="agent-versions")
    changes = place(elem_id="agent-changes")
    asked = gr.State(("", "", 1.0, 0))
    return ReleaseParts(
        channel,
        address,
        remark,
        release,
        anyway,
        asked,
        check,
        versions,
        changes,
        sentence,
        override,
        part,
        after,
        share,
        shares,
    )


def _some(studio: Studio) -> tuple[gr.Number, gr.Number, gr.Button]:
    """A release to a part of the customers."""
    say = studio.say
    with gr.Accordion(say("share.some"), open=False):
        place(tag("p", say("share.help"), class_="as-quiet"))
        with gr.Row(elem_classes="as-form"):
            part = gr.Number(
                10, minimum=1, maximum=99, label=say("share.part"), elem_id="agent-part"
            )
            after = gr.Number(
                0,
                minimum=0,
                maximum=MOST_CUSTOMERS,
                precision=0,
                label=say("share.after"),
                info=say("share.after_help"),
                elem_id="agent-settles-after",
            )
        return part, after, gr.Button(say("share.release"), elem_id="agent-share")


def _override(studio: Studio) -> tuple[gr.Textbox, gr.Button]:
    """An admin's way past the bar, in sight only where the bar alone keeps a release back."""
    sentence = gr.Textbox(
        label=studio.say("bar.sentence"),
        info=studio.say("bar.sentence_help"),
        max_length=2_000,
        elem_id="agent-override-sentence",
        elem_classes="as-admins",
        visible=False,
    )
    return sentence, gr.Button(
        studio.say("bar.override"),
        elem_id="agent-override",
        elem_classes="as-admins",
        visible=False,
    )


def shown(studio: Studio, page: Released) -> list[Any]:
    """Return the values of `ReleaseParts.filled`."""
    asks = page.outlook is not None and not page.is_blocked
    table = versions_table(studio, page)
    below = page.outlook is not None and page.outlook.is_below_bar
    past = [gr.Textbox("", visible=below), gr.Button(visible=below)]
    seen = [check_view(studio, page), gr.Button(visible=asks), table, "", page.asked]
    return [*seen, *past, shares_view(studio, page.shares)]


def check_view(studio: Studio, page: Released) -> Html:
    """Return what the check found, or what was released."""
    if page.done is not None:
        key = "version.released" if page.part[0] == 1 else "share.began"
        told = studio.say(key, label=page.done.label, part=f"{page.part[0]:.1%}")
        parts = [tag("p", badge("✓", "good"), " ", told), unpriced(studio, page.done.spec)]
        return tag("div", parts, class_="as-note as-good")
    if page.outlook is None:
        return Html()
    found, ask = page.outlook, "check.blocked" if page.is_blocked else "check.ask"
    parts = [
        tag("h3", studio.say("check.title")),
        findings(studio, found.findings),
        replaces(studio, found.replaced),
        tag("p", studio.say(ask), class_="as-quiet"),
        _scores(studio, found.evidence),
        bar_view(studio, [asdict(one) for one in found.bar.results]),
        knowledge_changes(studio, found.knowledge),
        unpriced(studio, page.agent.draft) if page.agent else None,
    ]
    return tag("div", parts, class_="as-check")


def replaces(studio: Studio, replaced: Replaced | None) -> Html:
    """Return who would fall silent, and how many customers wrote there in the last day."""
    if replaced is None:
        return Html()
    told = studio.say("release.replaces", name=replaced.release.agent_name)
    wrote = studio.say("release.wrote" if replaced.wrote else "release.quiet", count=replaced.wrote)
    return tag("p", badge("!", "wait"), " ", told, " ", wrote, class_="as-replaces")


def bar_view(studio: Studio, results: Sequence[Mapping[str, Any]]) -> Html | None:
    """Return each criterion and how it stood, or stands."""
    if not results:
        return None
    lines = [_criterion(studio, one) for one in results]
    return tag("div", tag("b", studio.say("bar.title")), lines, class_="as-bar")


def _criterion(studio: Studio, one: Mapping[str, Any]) -> Html:
    met = one["why"] == "met"
    mark = badge(studio.say("bar.met" if met else "bar.not_met"), "good" if met else "bad")
    value = "" if one["value"] is None else f" ({one['value']:.4g})"
    return tag("div", mark, " ", one["line"], value, class_="as-quiet")


def _scores(studio: Studio, scores: Mapping[str, Any]) -> Html | None:
    if "total" not in scores:
        return None
    values = {"passed": scores["passed"], "total": scores["total"]}
    return tag("p", studio.say("version.tests", **values), class_="as-quiet")


def versions_table(studio: Studio, page: Released) -> Html:
    """Return the versions, newest first, under what the draft would change."""
    heads = [studio.say(f"agents.{key}") for key in ("version", "note")]
    rows = [_row(studio, page, version) for version in page.versions]
    draft = looker(studio.say("version.draft_changes"), "draft") if page.versions else None
    top = tag("div", tag("h3", studio.say("version.title")), draft, class_="as-head")
    return join([top, table([*heads, ""], rows, studio.say("agents.no_versions"))])


def _row(studio: Studio, page: Released, version: Version) -> list[Html | str]:
    where = [_where(studio, one) for one in page.live if one.version_id == version.id]
    made = tag(
        "div",
        f"{author(studio, version.created_by)} · {when(version.created_at)}",
        class_="as-quiet",
    )
    again = studio.say("agents.release_this_sure", number=version.number)
    draft = studio.say("version.restore_sure", number=version.number)
    buttons = [
        looker(studio.say("version.changes"), version.id),
        button(studio.say("version.restore"), "restore", version.id, confirm=draft),
        button(studio.say("agents.release_this"), "release", version.id, confirm=again),
    ]
    number = [tag("b", f"v{version.number}"), _evidence(studio, page, version)]
    return [
        join(number),
        join([version.note, made, *where]),
        tag("div", buttons, class_="as-buttons as-stack"),
    ]


def _where(studio: Studio, one: Release) -> Html:
    own = one.address == one.agent_id  # its address on the API and the web is its id
    address = "" if own else studio.address(one.channel, one.address)
    return badge(f"{studio.channel(one.channel)} {address}".strip(), "good")


def _evidence(studio: Studio, page: Released, version: Version) -> Html | None:
    kept = version.evidence
    parts = [_tests(studio, kept), bar_view(studio, kept.get("bar", ())), _overridden(studio, kept)]
    shown = [one for one in (*parts, _notebooks(studio, page, kept)) if one is not None]
    return tag("div", shown) if shown else None


def _tests(studio: Studio, kept: Mapping[str, Any]) -> Html | None:
    if "total" not in kept:
        return None
    values = {"passed": kept["passed"], "total": kept["total"]}
    good = kept["passed"] == kept["total"]
    return badge(studio.say("version.tests_short", **values), "good" if good else "wait")


def _overridden(studio: Studio, kept: Mapping[str, Any]) -> Html | None:
    if "override" not in kept:
        return None
    return tag("p", badge("!", "wait"), " ", studio.say("bar.overridden", **kept["override"]))


def _notebooks(studio: Studio, page: Released, kept: Mapping[str, Any]) -> Html | None:
    """The notebooks that were named; a copy that is here opens below its name."""
    if not kept.get("notebooks"):
        return None
    lines = [_notebook(studio, one, page.runs.get(one.get("run", ""))) for one in kept["notebooks"]]
    return tag("div", tag("b", studio.say("bar.notebooks")), lines, class_="as-quiet")


def _notebook(studio: Studio, one: Mapping[str, Any], run: Run | None) -> Html:
    verified = bool(one["verified"]) and run is not None and run.evidence["verified"]
    key, kind = ("bar.verified", "good") if verified else ("bar.not_verified", "none")
    head = [one["notebook"], " ", badge(studio.say(key), kind)]
    if run is None or not run.has_copy:
        return tag("div", head)
    return tag("details", tag("summary", head), frame(studio, run.id))


def compared(studio: Studio, pair: Compared | None) -> Html:
    """Return the difference of two specs."""
    if pair is None:
        return note(studio.say("version.first"))
    known = knowledge_changes(studio, pair.knowledge)
    if known is not None and not pair.changes:
        return tag("div", tag("h3", pair.title), known, class_="as-changes")
    return join([difference_view(studio, pair.title, pair.changes, pair.bases), known])
