"""How the Team page looks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from agent.actor import ROLES, Role
from store.people.audit import Entry
from store.people.people import ONE_TIME_HOURS, Login, Person
from studio.markup import Content, Html, join, tag
from studio.pages import tokens_view
from studio.state import Studio
from studio.texts import has
from studio.widgets import author, badge, button, clickable, note, place, table, when

BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")  # the first that is named is the one
ID = re.compile(r"[0-9a-f]{32}|\d+")
ABOUT_CONVERSATIONS = ("conversation", "note", "message", "file")
RUNS = ("runs", "runs_not")  # notebooks, from now on
KEPT = ("messages", "media", "audit")  # what has a time after which it is removed
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


@dataclass(frozen=True)
class Team:
    """Everything the page shows. For those who are no administrators, only their own part."""

    me: Person
    logins: Sequence[Login]
    people: Sequence[Person] = ()
    log: "Log | None" = None
    kept_days: Mapping[str, int] = field(default_factory=dict)
    counted: bool = False  # scores made in notebooks count for bars


@dataclass(frozen=True)
class Log:
    """A page of the audit log."""

    entries: Sequence[Entry]
    trail: tuple[int, ...] = ()  # the entries behind which the pages up to this one begin
    person: str = ""
    more: bool = False
    names: Mapping[str, str] = field(default_factory=dict)  # of agents and bases, by id


@dataclass(frozen=True)
class OneTime:
    """A password that is shown once."""

    email: str
    password: str
    team: Team


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    mine: gr.HTML
    people: gr.HTML
    password: gr.HTML
    email: gr.Textbox
    name: gr.Textbox
    role: gr.Dropdown
    invite: gr.Button
    who: gr.Dropdown
    log: gr.HTML
    trail: gr.State
    days: list[gr.Number]
    keep: gr.Button
    tokens: tokens_view.Parts
    counted: gr.Checkbox

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        shown = [self.mine, self.people, self.who, self.log, self.trail]
        return [*shown, *self.days, self.counted]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    with gr.Tabs():
        with gr.Tab(say("team.tab_people")):
            email, name, role, invite = _invitation(studio)
            password = place(elem_id="team-password")
            people = clickable(elem_id="team-people")
        with gr.Tab(say("team.tab_logins")):
            place(_account(studio))
            mine = clickable(elem_id="team-logins")
        with gr.Tab(say("tokens.tab")):
            tokens = tokens_view.layout(studio)
        with gr.Tab(say("team.tab_log")):
            who = gr.Dropdown(
                [(say("team.everybody"), "")],
                value="",
                show_label=False,
                container=False,
                filterable=True,
                allow_custom_value=True,
                elem_id="team-who",
                label=say("team.who"),
            )
            log, trail = clickable(elem_id="team-log"), gr.State([])
        with gr.Tab(say("team.tab_keep")):
            days, keep = _retention(studio)
            counted = gr.Checkbox(
                label=say("team.client_scores"),
                info=say("team.client_scores_help"),
                elem_id="team-client-scores",
                elem_classes="as-admins",
            )
    return Parts(
        mine,
        people,
        password,
        email,
        name,
        role,
        invite,
        who,
        log,
        trail,
        days,
        keep,
        tokens,
        counted,
    )


def _invitation(studio: Studio) -> tuple[gr.Textbox, gr.Textbox, gr.Dropdown, gr.Button]:
    say = studio.say
    with gr.Row(equal_height=True, elem_classes="as-form as-admins"):
        email = gr.Textbox(label=say("team.email"), max_length=200, elem_id="team-email")
        name = gr.Textbox(label=say("team.name"), max_length=200, elem_id="team-name")
        roles = [(say(f"role.{role}"), role) for role in ROLES]
        role = gr.Dropdown(
            roles, value="agent", label=say("team.role"), filterable=False, elem_id="team-role"
        )
        invite = gr.Button(say("team.invite"), variant="primary", elem_id="team-invite")
    return email, name, role, invite


def _account(studio: Studio) -> Html:
    words = studio.say("team.password_change")
    link = tag("a", words, href="/password", class_="as-link")
    return tag("p", studio.say("team.logins_help"), " ", link, class_="as-quiet")


def _retention(studio: Studio) -> tuple[list[gr.Number], gr.Button]:
    place(tag("p", studio.say("team.keep_help"), class_="as-quiet"))
    with gr.Row(elem_classes="as-admins"):
        days = [
            gr.Number(
                label=studio.say(f"team.keep.{name}"),
                precision=0,
                minimum=0,
                elem_id=f"team-keep-{name}",
            )
            for name in KEPT
        ]
    return days, gr.Button(
        studio.say("team.keep_save"),
        variant="primary",
        elem_id="team-keep",
        elem_classes="as-admins",
    )


def shown(studio: Studio, team: Team) -> list[Any]:
    """Return the values of `Parts.filled`."""
    names = [(studio.say("team.everybody"), ""), *((one.email, one.email) for one in team.people)]
    log = listed(studio, team.log) if team.log else [_admins_only(studio), []]
    return [
        _logins(studio, team),
        _people(studio, team),
        gr.update(choices=names, value=""),
        *log,
        *(team.kept_days.get(name, gr.skip()) for name in KEPT),
        team.counted,
    ]


def told(studio: Studio, result: Team | OneTime) -> list[Any]:
    """Return `shown`, and the one-time password if there is one to hand over."""
    password = getattr(result, "password", "")
    if not password:
        return [*shown(studio, result), ""]  # type: ignore[arg-type]
    once: Any = result
    words = studio.say("team.password_once", email=once.email, hours=ONE_TIME_HOURS)
    box = note(words, tag("code", password, class_="as-password"))
    return [*shown(studio, once.team), box]


def _admins_only(studio: Studio) -> Html:
    """What others see; the forms around it are out of sight then (studio.css)."""
    return tag("div", tag("p", studio.say("team.admins_only")), class_="as-note as-locked")


def _people(studio: Studio, team: Team) -> Html:
    if not team.people:
        return _admins_only(studio)
    head = [studio.say(key) for key in ("team.who", "team.role", "team.since", "team.empty")]
    return table(head, [_person(studio, one, team.me) for one in team.people], "")


def _person(studio: Studio, one: Person, me: Person) -> list[Content]:
    who = tag("div", tag("b", one.name or one.email), tag("div", one.email, class_="as-quiet"))
    off = badge(studio.say("team.disabled"), "bad") if one.disabled else None
    runs = badge(studio.say("team.runs_badge"), "wait") if one.runs_notebooks else None
    changes = [] if one.id == me.id else _changes(studio, one)
    return [
        join([who, _invited(studio, one), off, runs]),
        _roles(studio, one, one.id == me.id),
        when(one.created_at)[:10],
        tag("div", [*changes, _lets_run(studio, one)], class_="as-buttons"),
    ]


def _lets_run(studio: Studio, one: Person) -> Html | None:
    """Give or take the right to have code run on the server; said as what it is."""
    if one.disabled or not (one.may("editor") or one.runs_notebooks):
        return None
    if one.runs_notebooks:
        return button(studio.say("team.runs_not"), RUNS[1], one.email)
    sure = studio.say("team.runs_sure", who=one.email)
    return button(studio.say("team.runs"), RUNS[0], one.email, sure)


def _invited(studio: Studio, one: Person) -> Html | None:
    """What has become of a one-time password that its owner has not replaced yet."""
    if one.password_expired:
        return badge(studio.say("team.expired"), "bad")
    return badge(studio.say("team.not_yet"), "wait") if one.must_change_password else None


def _roles(studio: Studio, one: Person, fixed: bool) -> Content:
    """The four roles, the one in force marked; each explains itself."""
    if fixed or one.disabled:
        return badge(studio.say(f"role.{one.role}"), "good")
    return [
        tag("span", _role(studio, one, role), title=studio.say(f"team.may.{role}"))
        for role in ROLES
    ]


def _role(studio: Studio, one: Person, role: Role) -> Html:
    name = studio.say(f"role.{role}")
    if role == one.role:
        return badge(name, "good")
    sure = studio.say("team.role_sure", who=one.email, role=name)
    return button(name, role, one.email, sure)


def _changes(studio: Studio, one: Person) -> list[Html]:
    if one.disabled:
        return [button(studio.say("team.enable"), "enable", one.email)]
    renew = studio.say("team.renew_sure", who=one.email)
    shut = studio.say("team.disable_sure", who=one.email)
    return [
        button(studio.say("team.renew"), "password", one.email, renew),
        button(studio.say("team.disable"), "disable", one.email, shut),
    ]


def _logins(studio: Studio, team: Team) -> Html:
    head = [studio.say(f"team.{key}") for key in ("who", "browser", "address", "opened", "seen")]
    rows = [_login(studio, one) for one in team.logins]
    return table([*head, ""], rows, studio.say("team.admins_only"))


def _login(studio: Studio, one: Login) -> list[Content]:
    sure = studio.say("team.end_sure", who=one.email)
    end = button(studio.say("team.end"), "end", one.id, sure)
    return [
        one.email,
        browser_name(one.browser),
        one.address,
        when(one.created_at),
        when(one.last_seen_at),
        end,
    ]


def browser_name(agent: str) -> str:
    """Return browser and system out of a `User-Agent`, as people know them."""
    known = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}
    found = [next((name for name in names if name in agent), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(known.get(name, name) for name in found if name) or agent[:40]


def listed(studio: Studio, log: Log) -> list[Any]:
    """Return the audit log and where its page begins."""
    head = [studio.say(f"team.{key}") for key in ("when", "who", "did", "what", "detail")]
    rows = [
        [
            when(one.at),
            author(studio, one.person),
            _action(studio, one.action),
            _subject(studio, log, one),
            log.names.get(one.detail, one.detail),
        ]
        for one in log.entries
    ]
    turns = [
        button(studio.say("newer"), "newer", 0) if log.trail else None,
        button(studio.say("older"), "older", log.entries[-1].id) if log.more else None,
    ]
    return [join([table(head, rows, studio.say("team.log_empty")), *turns]), list(log.trail)]


def _subject(studio: Studio, log: Log, one: Entry) -> Content:
    """Return what was touched by its name; an id says nothing to a person."""
    number = one.subject.removeprefix("conversation ")
    if number.isdecimal() and one.action.startswith(ABOUT_CONVERSATIONS):
        return tag(
            "a",
            studio.say("team.conversation", number=number),
            class_="as-link",
            href=f"/studio/{studio.language}/inbox?conversation={number}",
        )
    return log.names.get(one.subject, "" if ID.fullmatch(one.subject) else one.subject)


def _action(studio: Studio, action: str) -> str:
    key = f"audit.{action}"
    return studio.say(key) if has(studio.language, key) else action
