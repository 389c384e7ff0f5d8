"""How shares of the customers look: what runs, how both sides do, and what was."""

from collections.abc import Mapping, Sequence
from typing import Any

from store.agents.shares import Share
from studio.markup import Content, Html, join, tag
from studio.state import Studio
from studio.widgets import author, badge, button, table, when

KINDS = {"better": "good", "worse": "bad"}
MONEY = "cost"


def shares_view(studio: Studio, shares: Sequence[Share]) -> Html:
    """Return the shares of an agent, the newest first; nothing where there never was one."""
    if not shares:
        return Html()
    return join([tag("h3", studio.say("share.title")), *[_share(studio, one) for one in shares]])


def _share(studio: Studio, one: Share) -> Html:
    where = f"{studio.channel(one.channel)} {studio.address(one.channel, one.address)}"
    place = "" if one.address == one.agent_id else where
    head = studio.say("share.head", number=one.number, part=f"{one.part:.1%}")
    kind = "good" if one.is_running else "none"
    parts: list[Content] = [
        tag("b", head),
        " ",
        badge(studio.say(f"share.state.{one.state}"), kind),
        tag("div", place or studio.channel(one.channel), class_="as-quiet"),
        tag("div", _when(studio, one), class_="as-quiet"),
        tag("p", one.note) if one.note else None,
        _compared(studio, one.comparison),
        _buttons(studio, one) if one.is_running else None,
    ]
    return tag("div", parts, class_="as-check")


def _when(studio: Studio, one: Share) -> str:
    begun = f"{author(studio, one.released_by)} · {when(one.released_at)}"
    if one.ended_at is not None:
        return f"{begun} → {author(studio, one.ended_by)} · {when(one.ended_at)}"
    if one.settles_after:
        return f"{begun} · {studio.say('share.settles', count=one.settles_after)}"
    return begun


def _compared(studio: Studio, found: Mapping[str, Any]) -> Html:
    """The measures of both sides, each with the interval of the difference."""
    if not found:
        return tag("p", studio.say("share.not_yet"), class_="as-quiet")
    heads = [
        "",
        studio.say("share.old", count=found["old"]),
        studio.say("share.new", count=found["new"]),
        studio.say("share.difference"),
        "",
    ]
    return table(heads, [_measure(studio, one) for one in found["measures"]], "")


def _measure(studio: Studio, one: Mapping[str, Any]) -> list[Content]:
    few, money = one["verdict"] == "too_few", one["measure"] == MONEY
    span = "" if few else f"{_number(one['low'], money)} … {_number(one['high'], money)}"
    return [
        studio.say(f"share.{one['measure']}"),
        _number(one["old"], money),
        _number(one["new"], money),
        span,
        badge(studio.say(f"share.verdict.{one['verdict']}"), KINDS.get(one["verdict"], "none")),
    ]


def _number(value: float, is_money: bool) -> str:
    return f"{value:.4f} US$" if is_money else f"{value:.1%}"


def _buttons(studio: Studio, one: Share) -> Html:
    sure = studio.say("share.sure", number=one.number)
    return tag(
        "div",
        button(studio.say("share.promote"), "promote", str(one.id), sure),
        button(studio.say("share.withdraw"), "withdraw", str(one.id)),
        class_="as-buttons",
    )
