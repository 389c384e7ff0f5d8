"""Channels: which number is answered by what, what to paste where, and whether it works."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from actions import queues
from actions.checkup import CHECKED, Address, Checkup, Finding, addresses, is_set
from agent.invented import is_invented
from agent.settings import Settings
from store.agents.agents import Release
from store.people.people import Person
from studio.errors import BadFields, NothingChosen
from studio.markup import tag
from studio.pages.channels_view import Channels, Provider, findings_view, sent_view, shown
from studio.roles import allow
from studio.state import Studio
from studio.widgets import clickable, place
from studio.wiring import Load, event, pick

WRITABLE = ("twilio", "meta")  # a Chatwoot conversation is opened in Chatwoot


@dataclass(frozen=True)
class Sent:
    """A test message on its way."""

    conversation_id: int


@dataclass(frozen=True)
class Examined:
    """What a check found out."""

    channel: str
    findings: Sequence[Finding]


@allow("viewer")
def first(studio: Studio, person: Person) -> Channels:
    """Return what is connected, and what answers where."""
    settings, agents = studio.services.settings, studio.services.store.agents
    releases = agents.channels()
    return Channels(
        providers=[_provider(settings, name) for name in CHECKED],
        releases=releases,
        has_public_address=bool(settings.public_base_url),
        held_back=[
            one.version_id
            for one in releases
            if settings.is_real(one.channel) and is_invented(agents.version(one.version_id).spec)
        ],
    )


def _provider(settings: Settings, channel: str) -> Provider:
    paste: list[Address] = [one for one in addresses(settings) if one.channel == channel]
    return Provider(channel, is_set(settings, channel), settings.is_real(channel), paste)


@allow("editor")
def check(studio: Studio, person: Person, action: str, channel: str) -> Examined:
    """Ask the bot and the provider whether *channel* works."""
    if channel not in CHECKED:
        raise NothingChosen("channels.choose_first")
    found = Checkup(studio.services.settings).examine(channel)
    studio.services.store.audit.note(person.email, "channel checked", channel)
    return Examined(channel, found)


@allow("editor")
def test(studio: Studio, person: Person, where: str, number: str, text: str) -> Sent:
    """Send a test message to a number, by the way every reply goes."""
    channel, _, address = (where or "").partition(" ")
    digits = "".join(letter for letter in number or "" if letter.isdecimal())
    if channel not in WRITABLE or not address:
        raise NothingChosen("channels.choose_first")
    if not 8 <= len(digits) <= 15:
        raise BadFields((("channels.number", "channels.number_bad", {}),))
    words = (text or "").strip()[:500]
    if not words:
        raise NothingChosen("channels.write_first")
    customer = f"whatsapp:+{digits}" if channel == "twilio" else digits
    conversations = studio.services.store.conversations
    made = conversations.write_first(channel, address, customer, words, person.email)
    studio.services.store.audit.note(person.email, "test message sent", str(made))
    studio.services.wake_up.notify(queues.DELIVERY, made)
    return Sent(made)


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    say = studio.say
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=7, min_width=420):
            overview = clickable(elem_id="channels")
            found = place(elem_id="channel-findings")
        with gr.Column(scale=4, min_width=300):
            place(tag("h3", say("channels.test")))
            place(tag("p", say("channels.test_help"), class_="as-quiet"))
            where = gr.Dropdown([], label=say("channels.from"), filterable=False,
                                elem_id="channel-from")  # fmt: skip
            number = gr.Textbox(
                label=say("channels.number"), max_length=24, placeholder="+52 55 1234 5678",
                elem_id="channel-number",
            )  # fmt: skip
            text = gr.Textbox(say("channels.test_text"), label=say("channels.text"),
                              max_length=500, elem_id="channel-text")  # fmt: skip
            send = gr.Button(say("channels.test_send"), variant="primary", elem_id="channel-send")
            outcome = place(elem_id="channel-sent")
    load(event(studio, first, partial(_filled, studio)), None, [overview, where])
    overview.click(
        pick(studio, check, lambda seen: findings_view(studio, seen.channel, seen.findings)),
        None, found,
    )  # fmt: skip
    send.click(event(studio, test, lambda sent: sent_view(studio, sent.conversation_id)),
               [where, number, text], outcome)  # fmt: skip


def _filled(studio: Studio, page: Channels) -> list[Any]:
    ways = [_way(studio, one) for one in page.releases if one.channel in WRITABLE]
    return [shown(studio, page), gr.update(choices=ways, value=ways[0][1] if ways else None)]


def _way(studio: Studio, release: Release) -> tuple[str, str]:
    name = f"{studio.say(f'channel.{release.channel}')} · {release.address}"
    return name, f"{release.channel} {release.address}"
