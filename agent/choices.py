"""Choices in a reply: one short list beside a question, which a channel may show as buttons.

Nothing asks the model for buttons: what it writes for people is looked at. The words stay in the
reply as they are, so a channel without buttons loses nothing.
"""

import re
from collections.abc import Sequence

MOST = 10  # rows of a WhatsApp list (Meta: "Interactive list messages")
LONGEST_TITLE = 24  # of a row; of a button it is 20

_ITEM = re.compile(r"(?:[-*•] |\d{1,2}[.)] )(.+)")
_MARKS = re.compile(r"[*_~`]")

Choices = Sequence[dict[str, str]]


def choices(shown: str) -> Choices:
    """Return what *shown* (a reply in WhatsApp's marks) offers: ids and titles, or nothing.

    A list counts when it is the only one, ends the reply or stands before its last line, and a
    question is asked right before or right after it.
    """
    lines = [line for line in shown.strip().split("\n") if line.strip()]
    found = [_title(line) for line in lines]
    places = [place for place, title in enumerate(found) if title]
    if not 2 <= len(places) <= MOST or places != list(range(places[0], places[-1] + 1)):
        return ()
    after = lines[places[-1] + 1 :]
    before = lines[places[0] - 1] if places[0] else ""
    asked = "?" in before or any("?" in line for line in after)
    titles = [title for title in found if title]
    if len(after) > 1 or not asked or not _short_and_different(titles):
        return ()
    return [{"id": str(number), "title": title} for number, title in enumerate(titles, 1)]


def _title(line: str) -> str:
    item = _ITEM.fullmatch(line)
    return _MARKS.sub("", item[1]).strip() if item else ""


def _short_and_different(titles: list[str]) -> bool:
    lowered = {title.lower() for title in titles}
    return len(lowered) == len(titles) and all(len(title) <= LONGEST_TITLE for title in titles)
