"""The part of the agent form about people: its rules as flat values, and back.

A form always has hours to show; they are the agent's only while `has_hours` is on. Hours may be
written as people write them ("9", "9.30", "18h"); the spec keeps them as 09:00.
"""

import re
from collections.abc import Mapping
from typing import Any, get_args

from agent.spec import Day, HandoffRules, OfficeHours, Wording
from agent.wording import WRITTEN

WEEK = get_args(Day)
TONGUES = WRITTEN
USUAL = OfficeHours()
HOUR = re.compile(r"(\d{1,2})(?:[:.h](\d{2})?)?\s*h?")
# where the spec keeps what the form calls otherwise
PLACES: dict[tuple[str, ...], str] = {
    ("handoff", "words"): "handoff_words",
    ("handoff", "topics"): "handoff_topics",
    ("handoff", "after_fallbacks"): "after_fallbacks",
    ("handoff", "hand_back_after_hours"): "hand_back_after_hours",
    ("handoff", "office_hours"): "has_hours",
    ("handoff", "office_hours", "timezone"): "timezone",
    ("handoff", "office_hours", "days"): "days",
    ("handoff", "office_hours", "opens"): "opens",
    ("handoff", "office_hours", "closes"): "closes",
    **{("handoff", "office_hours", "away", of): f"away_{of}" for of in TONGUES},
    **{("handoff", "message", of): f"closing_{of}" for of in TONGUES},
}


def flat(rules: HandoffRules) -> dict[str, Any]:
    """Return the form's values of *rules*."""
    hours = rules.office_hours or USUAL
    return {
        "handoff_words": "\n".join(rules.words),
        "handoff_topics": "\n".join(rules.topics),
        "after_fallbacks": rules.after_fallbacks,
        "hand_back_after_hours": rules.hand_back_after_hours,
        "has_hours": rules.office_hours is not None,
        "timezone": hours.timezone,
        "days": hours.days,
        "opens": hours.opens,
        "closes": hours.closes,
        **worded("away", hours.away),
        **worded("closing", rules.message),
    }


def onto(base: HandoffRules, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return *base* with the form's values, as data to be validated."""
    return base.model_dump() | {
        "words": lines(form["handoff_words"]),
        "topics": lines(form["handoff_topics"]),
        "after_fallbacks": form["after_fallbacks"],
        "hand_back_after_hours": form["hand_back_after_hours"],
        "message": wording("closing", form),
        "office_hours": _hours(base.office_hours or USUAL, form) if form["has_hours"] else None,
    }


def worded(name: str, texts: Wording) -> dict[str, Any]:
    """Return *texts* as one value of the form a language: `name_es`, `name_en`, `name_pt`."""
    return {f"{name}_{language}": getattr(texts, language) for language in TONGUES}


def wording(name: str, form: Mapping[str, Any]) -> dict[str, str]:
    """Return the form's values of *name* as data of a Wording."""
    return {language: form[f"{name}_{language}"] or "" for language in TONGUES}


def lines(text: str | None) -> list[str]:
    """Return the lines that say something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _hours(base: OfficeHours, form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "timezone": (form["timezone"] or "").strip(),
        "days": _days(base, form["days"] or ()),
        "opens": _hour(form["opens"]),
        "closes": _hour(form["closes"]),
        "away": wording("away", form),
    }


def _days(base: OfficeHours, chosen: Any) -> list[str]:
    """Days in the order of the week, however they were clicked; unknown ones stay, to be told."""
    if set(chosen) == set(base.days):
        return list(base.days)
    known = [day for day in WEEK if day in chosen]
    return [*known, *(day for day in chosen if day not in WEEK)]


def _hour(text: str | None) -> str:
    written = (text or "").strip()
    match = HOUR.fullmatch(written)
    return f"{int(match[1]):02}:{match[2] or '00'}" if match else written
