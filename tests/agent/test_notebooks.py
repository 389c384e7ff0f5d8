"""Notebooks as data: their parameters, put in where papermill puts them."""

import ast
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Invalid
from agent.notebooks import (
    ABOUT,
    check_parameters,
    code,
    markdown,
    notebook,
    notebook_about,
    parameters,
    with_parameters,
)

BODY = notebook([markdown("# x"), code("a = 1\nb = 'x'  # why\nc = f()", "parameters"), code("a")])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def test_the_plain_defaults_are_read() -> None:
    assert parameters(BODY) == {"a": 1, "b": "x"}
    assert parameters(notebook([code("a = 1")])) == {}
    assert parameters(notebook([code("a = (", "parameters")])) == {}
    assert parameters(notebook([code("!ls\na = 1", "parameters")])) == {}


def test_a_source_may_be_a_list_of_lines() -> None:
    cell = {**code("", "parameters"), "source": ["a = 1\n", "b = [1, 'x']"]}
    assert parameters(notebook([cell])) == {"a": 1, "b": [1, "x"]}


def test_what_is_given_stands_behind_the_defaults_once() -> None:
    for _ in range(2):
        made = with_parameters(BODY, {"a": 2})
        made = with_parameters(made, {"a": 3})
    assert [cell["source"] for cell in made["cells"]][2:] == ["a = 3", "a"]
    assert made["cells"][2]["metadata"] == {"tags": ["injected-parameters"]}
    nbformat.validate(made)


def test_without_a_cell_of_parameters_they_come_first_and_outputs_go() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x"}
    old = {**code("x"), "outputs": [output], "execution_count": 4}
    made = with_parameters(notebook([old]), {"x": "é\n'"})
    assert made["cells"][0]["source"] == 'x = "é\\n\'"'
    assert (made["cells"][1]["outputs"], made["cells"][1]["execution_count"]) == ([], None)
    assert old["outputs"] == [output]


def test_a_cell_that_is_put_in_has_an_id_where_cells_have_ids() -> None:
    made = with_parameters({**notebook([]), "nbformat_minor": 5}, {"a": 1})
    nbformat.validate(made)
    assert made["cells"][0]["id"] == "injected-parameters"


@given(st.dictionaries(st.sampled_from("abcde"), VALUES, max_size=4))
def test_every_value_comes_back_as_it_was_given(given_values: dict[str, Any]) -> None:
    check_parameters(given_values)
    made = with_parameters(notebook([]), given_values)
    text = made["cells"][0]["source"] if made["cells"] else ""
    read = {line.targets[0].id: ast.literal_eval(line.value) for line in ast.parse(text).body}  # type: ignore[attr-defined]
    assert read == given_values


@pytest.mark.parametrize(
    "wrong",
    [
        {"a b": 1},
        {"class": 1},
        {"None": 1},
        {"a;import os": 1},
        {"": 1},
        {"a": float("inf")},
        {"a": [float("nan")]},
        {"a": object()},
        {"a": {"x": {1, 2}}},
        {"a": "x" * 20_000},
        {f"a{number}": 1 for number in range(60)},
    ],
)
def test_what_cannot_be_assigned_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_parameters(wrong)


@pytest.mark.parametrize("kind", ABOUT)
def test_a_notebook_about_one_thing_has_it_as_its_parameter(kind: str) -> None:
    made = notebook_about(kind, "a'b")
    nbformat.validate(made)
    assert parameters(made) == {f"{kind}_id": "a'b"}
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            compile(cell["source"], "cell", "exec")


def test_a_notebook_opens_on_what_there_is() -> None:
    with pytest.raises(Invalid, match="conversation, turn, experiment, version"):
        notebook_about("agent", "1")
