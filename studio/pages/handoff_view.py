"""The section "When a person takes over" of the agent form.

The hours stay out of sight while the agent has none: studio.css sees the switch.
"""

from typing import Any

import gradio as gr

from studio.handoff_form import USUAL, WEEK
from studio.markup import tag
from studio.pages import fields
from studio.state import Studio
from studio.widgets import place

# Where customers of Spanish and English speakers live; any other name of the list of IANA
# (https://www.iana.org/time-zones) can be written.
ZONES = (
    "America/Mexico_City",
    "America/Cancun",
    "America/Monterrey",
    "America/Hermosillo",
    "America/Tijuana",
    "America/Guatemala",
    "America/Costa_Rica",
    "America/Panama",
    "America/Bogota",
    "America/Lima",
    "America/Guayaquil",
    "America/Caracas",
    "America/La_Paz",
    "America/Santo_Domingo",
    "America/Puerto_Rico",
    "America/Santiago",
    "America/Asuncion",
    "America/Montevideo",
    "America/Argentina/Buenos_Aires",
    "America/Sao_Paulo",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "Atlantic/Canary",
    "Europe/Madrid",
    "Europe/Lisbon",
    "Europe/London",
)


def section(studio: Studio) -> tuple[Any, ...]:
    """Place the section; return its fields."""
    place(tag("h3", studio.say("agents.people")), elem_classes="as-section")
    with gr.Group(elem_classes="as-people"):
        with gr.Row():
            words = fields.text(studio, "handoff_words", lines=4, max_lines=5)
            topics = fields.text(studio, "handoff_topics", lines=4, max_lines=5)
        closing = fields.wording(studio, "closing", lines=2)
        with gr.Row():
            failures = fields.number(studio, "after_fallbacks", 3, 1, min_width=120)
            back = fields.number(studio, "hand_back_after_hours", 0, 1, min_width=120)
        staffed = fields.switch(studio, "has_hours", value=False)
        hours = _hours(studio)
    return (words, topics, *closing, failures, back, staffed, *hours)


def _hours(studio: Studio) -> tuple[Any, ...]:
    with gr.Column(elem_id="agent-hours", elem_classes="as-hours"):
        with gr.Row():
            zone = gr.Dropdown(
                list(ZONES),
                value=USUAL.timezone,
                label=studio.say("agent.timezone"),
                info=studio.say("agent.timezone.help"),
                allow_custom_value=True,
                elem_id="agent-timezone",
                scale=2,
                min_width=180,
            )
            opens = fields.text(studio, "opens", max_length=8, min_width=100)
            closes = fields.text(studio, "closes", max_length=8, min_width=100)
        days = fields.choices(studio, "days", WEEK, "day")
        away = fields.wording(studio, "away")
    return (zone, days, opens, closes, *away)
