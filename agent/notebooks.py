"""Notebooks as data (nbformat 4): their parameters, and those that are made from a template.

The cells are papermill's: one with the tag `parameters` holds the defaults, and what a run is given
stands in a cell behind it with the tag `injected-parameters`
(https://papermill.readthedocs.io/en/latest/usage-parameterize.html).
"""

import ast
import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

from agent.errors import Invalid

DEFAULTS, INJECTED = "parameters", "injected-parameters"
MOST_PARAMETERS = 50
LONGEST_VALUE = 10_000  # characters of all of them, as JSON
Body = Mapping[str, Any]
TITLES = {
    "conversation": "Una conversación · A conversation",
    "turn": "Un turno · A turn",
    "experiment": "Un experimento · An experiment",
    "version": "Una versión · A version",
}
# What each begins with. The paths are the API's (`/docs`).
ABOUT = {
    "conversation": (
        'conversation = lab.api.get(f"/conversations/{conversation_id}")',
        'messages = lab.api.get(f"/conversations/{conversation_id}/messages")["messages"]',
        "for one in messages:",
        '    print(one["author"], one["text"], sep=": ")',
    ),
    "turn": ('turn = lab.api.get(f"/turns/{turn_id}")', "turn"),
    "experiment": (
        'experiment = lab.api.get(f"/experiments/{experiment_id}")',
        'experiment["comparisons"]',
    ),
    "version": (
        'agent_id, number = version_id.split("/")',
        'version = lab.api.get(f"/agents/{agent_id}/versions/{number}")',
        'version["spec"]',
    ),
}


def parameters(body: Body) -> dict[str, Any]:
    """Return the defaults: what the cell of parameters assigns as plain values."""
    for cell in body["cells"]:
        if DEFAULTS in _tags(cell):
            return _assigned(source(cell))
    return {}


def source(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell; nbformat allows a list of lines in its place."""
    kept = cell.get("source", "")
    return kept if isinstance(kept, str) else "".join(map(str, kept))


def check_parameters(given: Mapping[str, Any]) -> None:
    """Raise Invalid unless *given* can be assigned: names of Python, values of JSON."""
    if len(given) > MOST_PARAMETERS or len(repr(given)) > LONGEST_VALUE:
        raise Invalid(
            f"Give up to {MOST_PARAMETERS} parameters, {LONGEST_VALUE} characters in all."
        )
    for name, value in given.items():
        if not name.isidentifier() or _is_keyword(name):
            raise Invalid(f"A parameter is called as a Python variable is: {name[:40]!r} is not.")
        _check_value(value)


def with_parameters(body: Body, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of *body* without outputs, with a cell that assigns what is *given*."""
    made: dict[str, Any] = copy.deepcopy(dict(body))
    made["cells"] = [_cleared(cell) for cell in made["cells"] if INJECTED not in _tags(cell)]
    if given:
        places = [place for place, cell in enumerate(made["cells"]) if DEFAULTS in _tags(cell)]
        at = places[0] + 1 if places else 0
        lines = [f"{name} = {value!r}" for name, value in given.items()]
        cell = code("\n".join(lines), INJECTED)
        made["cells"].insert(at, cell | ({"id": INJECTED} if _has_ids(made) else {}))
    return made


def code(text: str, *tags: str) -> dict[str, Any]:
    """Return a cell of code."""
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": text,
        "outputs": [],
        "execution_count": None,
    }


def markdown(text: str) -> dict[str, Any]:
    """Return a cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def notebook(cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a notebook for Python of these cells."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": list(cells),
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,  # the last one whose cells need no ids
    }


def notebook_about(kind: str, subject: str) -> dict[str, Any]:
    """Return a notebook that begins with one thing of the studio. Raises Invalid."""
    if kind not in ABOUT:
        raise Invalid(f"A notebook opens on one of these: {', '.join(ABOUT)}.")
    shown = "\n".join(ABOUT[kind])
    cells = [
        markdown(f"# {TITLES[kind]}\n\n**Pregunta · Question:** ..."),
        code(f"{kind}_id = {subject!r}", DEFAULTS),
        code("from lab import open_lab\n\nlab = open_lab()"),
        code(shown),
    ]
    return notebook(cells)


def _tags(cell: Mapping[str, Any]) -> Sequence[str]:
    tags: Sequence[str] = cell.get("metadata", {}).get("tags", ())
    return tags


def _has_ids(body: Body) -> bool:
    """From nbformat 4.5 on each cell has an id."""
    return bool(body.get("nbformat_minor", 0) >= 5)


def _cleared(cell: dict[str, Any]) -> dict[str, Any]:
    return {**cell, "outputs": [], "execution_count": None} if "outputs" in cell else cell


def _assigned(text: str) -> dict[str, Any]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found = {}
    for line in tree.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            found[line.targets[0].id] = _value(line.value)
    return {name: value for name, value in found.items() if value is not Ellipsis}


def _value(node: ast.expr) -> Any:
    """The plain value that *node* writes; Ellipsis for what has to be computed."""
    try:
        value = ast.literal_eval(node)
        _check_value(value)
    except (Invalid, ValueError, TypeError, RecursionError, MemoryError):
        return Ellipsis
    return value


def _check_value(value: Any) -> None:
    if isinstance(value, dict):
        _check_each([*value, *value.values()])
    elif isinstance(value, list):
        _check_each(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Invalid("A parameter is a finite number.")
    elif value is not None and not isinstance(value, str | int | float | bool):
        raise Invalid("A parameter is a text, a number, true or false, or a list of those.")


def _check_each(values: Sequence[Any]) -> None:
    for value in values:
        _check_value(value)


def _is_keyword(name: str) -> bool:
    try:
        compile(f"{name} = 0", "", "exec")
    except SyntaxError:
        return True
    return False
