"""The fields of the agent form: each has its label and its help under `agent.<field>`."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.state import Studio


def text(studio: Studio, field: str, **more: Any) -> gr.Textbox:
    """Return a field for words."""
    return gr.Textbox(**_named(studio, field), **more)


def number(studio: Studio, field: str, value: float, step: float, **more: Any) -> gr.Number:
    """Return a field for a number."""
    return gr.Number(value, step=step, **_named(studio, field), **more)


def choices(studio: Studio, field: str, keys: Sequence[str], words: str) -> gr.CheckboxGroup:
    """Return a field for some of *keys*, which are called by the texts under *words*."""
    options = [(studio.say(f"{words}.{key}"), key) for key in keys]
    return gr.CheckboxGroup(options, **_named(studio, field))


def switch(studio: Studio, field: str, *, value: bool) -> gr.Checkbox:
    """Return a field for yes or no."""
    return gr.Checkbox(value=value, **_named(studio, field))


def _named(studio: Studio, field: str) -> dict[str, Any]:
    return {
        "label": studio.say(f"agent.{field}"),
        "info": studio.say(f"agent.{field}.help"),
        "elem_id": f"agent-{field}",
    }
