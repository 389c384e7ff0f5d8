"""How the tab of API tokens on the Team page looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from agent.actor import ROLES
from store.people.people import Person
from store.people.tokens import DAYS, DEFAULT_DAYS, LONGEST_NAME, Token
from studio.markup import Content, Html, join, tag
from studio.state import Studio
from studio.widgets import badge, button, clickable, note, place, table, when


@dataclass(frozen=True)
class Keyring:
    """What the tab shows: everybody's tokens to administrators, their own to others."""

    me: Person
    tokens: Sequence[Token]
    made: str = ""  # a token that was made just now; shown once


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    name: gr.Textbox
    role: gr.Dropdown
    days: gr.Dropdown
    make: gr.Button
    made: gr.HTML
    tokens: gr.HTML

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.role, self.made, self.tokens]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    place(tag("p", say("tokens.help"), class_="as-quiet"))
    with gr.Row(equal_height=True, elem_classes="as-form"):
        name = gr.Textbox(
            label=say("tokens.name"),
            placeholder=say("tokens.name_example"),
            max_length=LONGEST_NAME,
            elem_id="token-name",
        )
        role = gr.Dropdown(
            _roles(studio, ROLES[-1]),
            value=ROLES[0],
            label=say("tokens.role"),
            filterable=False,
            elem_id="token-role",
        )
        times = [(say("tokens.days", days=days), days) for days in DAYS]
        days = gr.Dropdown(
            times,
            value=DEFAULT_DAYS,
            label=say("tokens.until"),
            filterable=False,
            elem_id="token-days",
        )
        make = gr.Button(say("tokens.make"), variant="primary", elem_id="token-make")
    made, tokens = place(elem_id="token-made"), clickable(elem_id="token-list")
    return Parts(name, role, days, make, made, tokens)


def _roles(studio: Studio, highest: str) -> list[tuple[str, str]]:
    roles = ROLES[: ROLES.index(highest) + 1]
    return [(studio.say(f"role.{role}"), role) for role in roles]


def shown(studio: Studio, keyring: Keyring) -> list[Any]:
    """Return the values of `Parts.filled`."""
    head = [studio.say(f"tokens.{key}") for key in ("name", "role", "created", "until", "used")]
    rows = [_token(studio, one, keyring.me.email) for one in keyring.tokens]
    roles = gr.update(choices=_roles(studio, keyring.me.role))
    return [roles, _made(studio, keyring), table([*head, ""], rows, studio.say("tokens.empty"))]


def _made(studio: Studio, keyring: Keyring) -> Html | str:
    if not keyring.made:
        return ""
    code = tag("code", keyring.made, class_="as-password")
    return note(studio.say("tokens.once"), code)


def _token(studio: Studio, one: Token, reader: str) -> list[Content]:
    name = tag("div", tag("b", one.name), tag("div", one.email, class_="as-quiet"))
    dead = badge(studio.say(f"tokens.lame.{one.lame}"), "bad") if one.lame else None
    key = "tokens.revoke_sure" if one.email == reader else "tokens.revoke_theirs_sure"
    sure = studio.say(key, name=one.name, who=one.email)
    return [
        join([name, dead]),
        badge(studio.say(f"role.{one.role}"), "good"),
        when(one.created_at)[:10],
        when(one.expires_at)[:10],
        when(one.last_used_at) or studio.say("tokens.never"),
        button(studio.say("tokens.revoke"), "revoke", one.id, sure),
    ]
