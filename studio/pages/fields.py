"""The fields of the agent form: each has its label and its help under `agent.<field>`."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from agent.wording import WRITTEN
from studio.state import Studio


def text(studio: Studio, field: str, **more: Any) -> gr.Textbox:
    """Return a field for words."""
    return gr.Textbox(**_named(studio, field), **more)


def wording(studio: Studio, field: str, lines: int = 3) -> tuple[gr.Textbox, ...]:
    """Return a field for each language's words. The Portuguese one is out of sight until the
    agent speaks it: studio.css sees the box of that language."""
    found = []
    with gr.Row():
        for language in WRITTEN:
            shown = f"as-in-{language}"
            found.append(text(studio, f"{field}_{language}", lines=lines, elem_classes=shown))
    return tuple(found)


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


def by_name(placed: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the *placed* fields by *names*, in their order. A missing one is a KeyError."""
    known = {one.elem_id: one for one in placed}
    return {name: known[f"agent-{name}"] for name in names}


def _named(studio: Studio, field: str) -> dict[str, Any]:
    return {
        "label": studio.say(f"agent.{field}"),
        "info": studio.say(f"agent.{field}.help"),
        "elem_id": f"agent-{field}",
    }
