"""Channels: which number is answered by what, what to paste where, and whether it works."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from actions import channels as acts
from actions.checkup import Finding, addresses, checked
from agent.invented import is_invented
from agent.settings import Settings
from channels.record import ChannelRecord
from store.agents.agents import Release
from store.people.people import Person
from studio.markup import tag
from studio.pages.channels_view import Channels, Provider, findings_view, sent_view, shown
from studio.roles import allow
from studio.state import Studio
from studio.widgets import clickable, place
from studio.wiring import Load, event, pick


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
    known, releases = studio.services.channels, agents.channels()
    real = [name for name, one in known.items() if one.is_real(settings)]
    return Channels(
        providers=[_provider(settings, one) for one in checked(known)],
        releases=releases,
        has_public_address=bool(settings.public_base_url),
        held_back=[
            one.version_id
            for one in releases
            if one.channel in real and is_invented(agents.version(one.version_id).spec)
        ],
    )


def _provider(settings: Settings, channel: ChannelRecord) -> Provider:
    is_set, is_real = channel.is_configured(settings), channel.is_real(settings)
    return Provider(channel, is_set, is_real, addresses(settings, channel))


@allow("editor")
def check(studio: Studio, person: Person, action: str, channel: str) -> Examined:
    """Ask the bot and the provider whether *channel* works."""
    return Examined(channel, acts.check(studio.services, person.actor, channel))


@allow("editor")
def test(studio: Studio, person: Person, where: str, number: str, text: str) -> Sent:
    """Send a test message to a number, by the way every reply goes."""
    channel, _, address = (where or "").partition(" ")
    whom = (channel, address, number or "")
    return Sent(acts.write_first(studio.services, person.actor, *whom, text or ""))


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
            where = gr.Dropdown(
                [], label=say("channels.from"), filterable=False, elem_id="channel-from"
            )
            number = gr.Textbox(
                label=say("channels.number"),
                max_length=24,
                placeholder="+52 55 1234 5678",
                elem_id="channel-number",
            )
            text = gr.Textbox(
                say("channels.test_text"),
                label=say("channels.text"),
                max_length=500,
                elem_id="channel-text",
            )
            send = gr.Button(say("channels.test_send"), variant="primary", elem_id="channel-send")
            outcome = place(elem_id="channel-sent")
    load(event(studio, first, partial(_filled, studio)), None, [overview, where])
    overview.click(
        pick(studio, check, lambda seen: findings_view(studio, seen.channel, seen.findings)),
        None,
        found,
    )
    send.click(
        event(studio, test, lambda sent: sent_view(studio, sent.conversation_id)),
        [where, number, text],
        outcome,
    )


def _filled(studio: Studio, page: Channels) -> list[Any]:
    writable = [name for name, one in studio.services.channels.items() if one.writable_first]
    ways = [_way(studio, one) for one in page.releases if one.channel in writable]
    return [shown(studio, page), gr.update(choices=ways, value=ways[0][1] if ways else None)]


def _way(studio: Studio, release: Release) -> tuple[str, str]:
    name = f"{studio.channel(release.channel)} · {release.address}"
    return name, f"{release.channel} {release.address}"
