"""Small pieces that several pages share: lists, tables and notes, all as escaped HTML."""

import time
from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.markup import Content, Html, join, tag
from studio.state import Studio

NOBODY = ("installation", "api", "api key", "installation token")  # what acts in nobody's name
# Tells Gradio which element with data-pick was clicked; Gradio hands it to `wiring.pick`.
CLICKS = """
element.addEventListener('click', (event) => {
  const hit = event.target.closest('[data-pick]');
  if (!hit || !element.contains(hit)) return;
  if (hit.dataset.confirm && !window.confirm(hit.dataset.confirm)) return;
  trigger(hit.dataset.on || 'click', {action: hit.dataset.pick, id: hit.dataset.id || ''});
});
"""


def place(value: str = "", elem_id: str | None = None, **more: Any) -> gr.HTML:
    """Return a place for our HTML."""
    return gr.HTML(value=value, elem_id=elem_id, apply_default_css=False, **more)


def clickable(value: str = "", elem_id: str | None = None, **more: Any) -> gr.HTML:
    """Return a place for HTML whose buttons come from `button` and `looker`."""
    return place(value, elem_id, js_on_load=CLICKS, **more)


def button(
    label: Content, action: str, subject: str | int, confirm: str = "", kind: str = "as-small"
) -> Html:
    """Return a button that reports (action, subject) to its page."""
    return tag(
        "button",
        label,
        class_=kind,
        data_pick=action,
        data_id=str(subject),
        data_confirm=confirm or None,
        type="button",
    )


def looker(
    label: Content,
    subject: str | int,
    action: str = "see",
    on: str = "select",
    kind: str = "as-small",
) -> Html:
    """Return a button that changes nothing: it reports as another event than `click` (`select`,
    `expand`, `collapse`), so that those who may only look can be told apart from those who may
    change."""
    return tag(
        "button",
        label,
        class_=kind,
        data_pick=action,
        data_id=str(subject),
        data_on=on,
        type="button",
    )


def table(head: Sequence[str], rows: Sequence[Sequence[Content]], empty: str) -> Html:
    """Return a table, or what to do while there is nothing in it."""
    if not rows:
        return note(empty)
    top = tag("tr", [tag("th", name) for name in head])
    body = [tag("tr", [tag("td", cell) for cell in row]) for row in rows]
    return tag("div", tag("table", tag("thead", top), tag("tbody", body)), class_="as-table")


def note(text: str, *more: Content) -> Html:
    """Return a quiet box: what is missing here, and what to do about it."""
    return tag("div", tag("p", text), *more, class_="as-note")


def badge(text: str, kind: str = "") -> Html:
    """Return a word in a coloured pill; kinds are good, wait, bad and none."""
    return tag("span", text, class_=f"as-badge {kind}".strip())


def when(seconds: float) -> str:
    """Return a moment as day and time, in the machine's zone."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds)) if seconds else ""


def author(studio: Studio, who: str) -> str:
    """Return who did it: a person's e-mail, or in words what did it in nobody's name."""
    key = f"author.{who}"
    return studio.say(key) if who in NOBODY else who


def clock(seconds: float) -> str:
    """Return the time of day."""
    return time.strftime("%H:%M", time.localtime(seconds))


def card(title: Content, *lines: Content, action: str, subject: str | int, chosen: bool) -> Html:
    """Return one entry of a list that can be chosen."""
    return tag(
        "button",
        tag("span", title, class_="as-card-title"),
        [tag("span", line, class_="as-card-line") for line in lines if line],
        class_="as-card chosen" if chosen else "as-card",
        data_pick=action,
        data_id=str(subject),
        type="button",
    )


def cards(entries: Sequence[Html], empty: str) -> Html:
    """Return a list of cards, or what to do while there are none."""
    return tag("div", join(entries), class_="as-cards") if entries else note(empty)
