"""How the Channels page looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from actions.checkup import Address, Finding
from store.agents.agents import Release
from studio.markup import Content, Html, join, tag
from studio.state import Studio
from studio.widgets import author, badge, button, note, table, when


@dataclass(frozen=True)
class Provider:
    """One way in and out."""

    channel: str
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
        return [one.channel for one in self.providers if one.is_set and one.is_real]


def shown(studio: Studio, page: Channels) -> Html:
    """Return the page."""
    say = studio.say
    missing = None if page.has_public_address else note(say("channels.no_public_address"))
    silent = [
        note(say("channels.nobody_answers", channel=say(f"channel.{channel}")))
        for channel in page.unanswered()
    ]
    return join([
        tag("h3", say("channels.answering")), *silent, _releases(studio, page),
        tag("h3", say("channels.providers"), class_="as-next"), missing,
        tag("div", [_provider(studio, one) for one in page.providers], class_="as-providers"),
    ])  # fmt: skip


def _releases(studio: Studio, page: Channels) -> Html:
    head = [studio.say(f"channels.{key}") for key in ("channel", "address", "version", "since")]
    rows: list[list[Content]] = [
        [studio.say(f"channel.{one.channel}"), tag("b", _address(one)),
         join([tag("a", f"{one.agent_name} v{one.number}", class_="as-link",
                   href=f"/studio/{studio.language}/?agent={one.agent_id}"),
               badge(studio.say("channels.held_back"), "bad") if page.is_held_back(one) else None]),
         f"{when(one.released_at)} · {author(studio, one.released_by)}"]
        for one in page.releases
    ]  # fmt: skip
    return table(head, rows, studio.say("channels.nothing_released"))


def _address(release: Release) -> str:
    if release.address == release.agent_id:
        return "—"
    return release.address.removeprefix("whatsapp:")


def _provider(studio: Studio, one: Provider) -> Html:
    state = "real" if one.is_real else "stand_in" if one.is_set else "not_set"
    mark = badge(studio.say(f"channels.state.{state}"), STATES[state])
    name = studio.say(f"channel.{one.channel}")
    test = button(studio.say("channels.check"), "check", one.channel) if one.is_set else None
    paste = [_paste(studio, address) for address in one.addresses]
    return tag(
        "div", tag("div", tag("b", name), mark, test, class_="as-provider-head"),
        tag("p", studio.say(f"channels.help.{one.channel}"), class_="as-quiet"), *paste,
        class_="as-provider",
    )  # fmt: skip


STATES = {"real": "good", "stand_in": "wait", "not_set": "none"}


def _paste(studio: Studio, one: Address) -> Html:
    where = studio.say(f"channels.paste.{one.channel}.{one.field}")
    return tag("div", tag("span", where, class_="as-quiet"), tag("code", one.url),
               class_="as-paste")  # fmt: skip


def findings_view(studio: Studio, channel: str, findings: Sequence[Finding]) -> Html:
    """Return what a check found out, a line each."""
    title = studio.say("channels.found", channel=studio.say(f"channel.{channel}"))
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
