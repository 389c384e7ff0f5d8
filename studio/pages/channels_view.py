"""How the Channels page looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from actions.checkup import Address, Finding
from channels.record import ChannelRecord
from store.agents.agents import Release
from studio.markup import Content, Html, join, tag
from studio.state import Studio
from studio.widgets import author, badge, button, note, table, when

HOUR = 3600.0


@dataclass(frozen=True)
class Provider:
    """One way in and out."""

    channel: ChannelRecord
    is_set: bool  # there are credentials
    is_real: bool  # they lead to the provider, not to a stand-in
    addresses: Sequence[Address]  # to paste there


@dataclass(frozen=True)
class Channels:
    """Everything the page shows."""

    providers: Sequence[Provider]
    releases: Sequence[Release]
    has_public_address: bool
    held_back: Sequence[str] = ()  # versions that speak for an invented company on a real number

    def is_held_back(self, release: Release) -> bool:
        """Whether customers get no answer although *release* is there."""
        return release.channel in self._real() and release.version_id in self.held_back

    def unanswered(self) -> Sequence[str]:
        """The real services on which nothing answers yet."""
        answered = {one.channel for one in self.releases if not self.is_held_back(one)}
        return [one for one in self._real() if one not in answered]

    def _real(self) -> Sequence[str]:
        return [one.channel.name for one in self.providers if one.is_set and one.is_real]


def shown(studio: Studio, page: Channels) -> Html:
    """Return the page."""
    say = studio.say
    missing = None if page.has_public_address else note(say("channels.no_public_address"))
    silent = [
        note(say("channels.nobody_answers", channel=studio.channel(channel)))
        for channel in page.unanswered()
    ]
    return join(
        [
            tag("h3", say("channels.answering")),
            *silent,
            _releases(studio, page),
            tag("h3", say("channels.providers"), class_="as-next"),
            missing,
            tag("div", [_provider(studio, one) for one in page.providers], class_="as-providers"),
        ]
    )


def _releases(studio: Studio, page: Channels) -> Html:
    head = [studio.say(f"channels.{key}") for key in ("channel", "address", "version", "since")]
    rows: list[list[Content]] = [
        [
            studio.channel(one.channel),
            tag("b", _address(studio, one)),
            join(
                [
                    tag(
                        "a",
                        f"{one.agent_name} v{one.number}",
                        class_="as-link",
                        href=f"/studio/{studio.language}/?agent={one.agent_id}",
                    ),
                    badge(studio.say("channels.held_back"), "bad")
                    if page.is_held_back(one)
                    else None,
                ]
            ),
            f"{when(one.released_at)} · {author(studio, one.released_by)}",
        ]
        for one in page.releases
    ]
    return table(head, rows, studio.say("channels.nothing_released"))


def _address(studio: Studio, release: Release) -> str:
    if release.address == release.agent_id:
        return "—"
    return studio.address(release.channel, release.address)


def _provider(studio: Studio, one: Provider) -> Html:
    state = "real" if one.is_real else "stand_in" if one.is_set else "not_set"
    mark = badge(studio.say(f"channels.state.{state}"), STATES[state])
    channel = one.channel
    test = button(studio.say("channels.check"), "check", channel.name) if one.is_set else None
    paste = [_paste(studio, address) for address in one.addresses]
    return tag(
        "div",
        tag("div", tag("b", channel.title), mark, test, class_="as-provider-head"),
        tag("p", channel.help.in_language(studio.language), class_="as-quiet"),
        tag("p", abilities(studio, channel), class_="as-quiet"),
        *paste,
        class_="as-provider",
    )


def abilities(studio: Studio, channel: ChannelRecord) -> str:
    """Return in a line what a message may be there."""
    say, hours = studio.say, channel.window_seconds and channel.window_seconds / HOUR
    told = {
        "channels.can.text": True,
        "channels.can.window": hours is not None,
        "channels.can.templates": channel.late_template is not None,
        "channels.can.buttons": channel.buttons,
        "channels.can.forms": channel.forms,
        "channels.can.typing": channel.typing,
        "channels.can.desk": channel.desk,
        "channels.can.price": channel.price is not None,
        "channels.can.no_price": channel.price is None,
    }
    values = {"limit": channel.text_limit, "hours": hours, "price": channel.price}
    return " · ".join(say(key, **values) for key, holds in told.items() if holds)


STATES = {"real": "good", "stand_in": "wait", "not_set": "none"}


def _paste(studio: Studio, one: Address) -> Html:
    where = one.label.in_language(studio.language)
    return tag(
        "div", tag("span", where, class_="as-quiet"), tag("code", one.url), class_="as-paste"
    )


def findings_view(studio: Studio, channel: str, findings: Sequence[Finding]) -> Html:
    """Return what a check found out, a line each."""
    title = studio.say("channels.found", channel=studio.channel(channel))
    lines = [_finding(studio, one) for one in findings]
    return tag("div", tag("h3", title), tag("ul", lines), class_="as-findings")


def _finding(studio: Studio, one: Finding) -> Html:
    mark = tag("b", "✓" if one.good else "✗", class_="good" if one.good else "bad")
    question = studio.say(f"checkup.{one.question}")
    answer = studio.say(f"checkup.{one.question}.{one.answer}", detail=one.detail)
    return tag("li", mark, tag("span", tag("b", question), " ", answer))


def sent_view(studio: Studio, conversation_id: int) -> Html:
    """Return where to see what becomes of a test message."""
    where = f"/studio/{studio.language}/inbox?conversation={conversation_id}"
    link = tag("a", studio.say("channels.sent_look"), href=where, class_="as-link")
    return note(studio.say("channels.sent"), link)
