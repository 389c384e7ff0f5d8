"""What a release would change of what customers are told, source by source."""

from collections.abc import Sequence

from knowledge.snapshots import Change
from studio.markup import Html, tag
from studio.state import Studio

MOST_SHOWN = 20


def knowledge_changes(studio: Studio, changes: Sequence[Change]) -> Html | None:
    """Return which sources customers would be told anew, and how; None when there are none."""
    if not changes:
        return None
    entries = [tag("li", studio.say(_key(one), name=one.name)) for one in changes[:MOST_SHOWN]]
    if len(changes) > MOST_SHOWN:
        entries.append(tag("li", studio.say("known.more", count=len(changes) - MOST_SHOWN)))
    head = tag("div", studio.say("known.title"), class_="as-field")
    return tag("div", head, tag("ul", entries), class_="as-change as-known")


def _key(change: Change) -> str:
    if not change.after:
        return "known.unread"
    return "known.changed" if change.before else "known.new"
