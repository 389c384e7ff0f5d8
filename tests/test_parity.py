"""What people can do in the studio, programs can do by the API, and the other way round.

An act is a public function of `actions/` that is told who acts. What a page or a route uses of them
is read from the text of the code.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.writes import trees

Act = tuple[str, str]  # module, function

# Acts that one side has alone, and why.
STUDIO_ALONE: dict[Act, str] = {
    ("agents", "create"): "part of `create_answering`",
    ("people", "sign_out"): "a program has a token",
    ("people", "change_password"): "whoever stole a token must not gain the account",
    ("people", "choose_language"): "in which pages are read",
    ("people", "make_token"): "a token that makes tokens could never be ended",
}
API_ALONE: dict[Act, str] = {
    ("agents", "create_answering"): "an agent that a program makes answers it at once",
    ("conversations", "read_turns"): "pages show turns one by one",
    ("notifier", "alert"): "notebooks raise alerts",
    ("notebooks", "replace"): "code is written in Jupyter, and the lab keeps it",
    ("notebooks", "hand_in"): "what was executed elsewhere is there as a file",
    ("sources", "replace_file"): "no page replaces a source yet",
    ("sources", "replace_text"): "no page replaces a source yet",
    ("trials", "ask"): "the studio has what answers in its own process",
    ("lookups", "ask"): "the studio has what searches in its own process",
}
# Being built: cases become datasets, and what has routes gets its pages, or the other way round.
TO_COME = ("datasets", "evaluation", "experiments", "labels")


def acts() -> set[Act]:
    """Every act there is."""
    return {
        (path.removeprefix("actions/").removesuffix(".py"), node.name)
        for path, tree in trees("actions").items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if "actor" in {arg.arg for arg in node.args.args}
    }


def used(tree: ast.Module) -> Iterator[Act]:
    """What a module takes of `actions/`, by whatever name."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "actions":
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("actions."):
            for alias in node.names:
                yield str(node.module).removeprefix("actions."), alias.name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield modules.get(node.value.id, ""), node.attr


def of(room: str) -> set[Act]:
    found = {act for tree in trees(room).values() for act in used(tree)} & acts()
    return {act for act in found if act[0] not in TO_COME}


def test_whatever_a_page_does_a_route_does() -> None:
    assert of("studio") - of("bot") == STUDIO_ALONE.keys()


def test_whatever_a_route_does_a_page_does() -> None:
    assert of("bot") - of("studio") == API_ALONE.keys()


def test_acts_are_found_by_every_name_that_modules_give_them() -> None:
    code = (
        "from actions import sources\nfrom actions import people as acts\n"
        "from actions.curated import correct as mend\n"
        "def f(): sources.remove(1)\nCHANGES = {'x': acts.disable}\n"
    )
    found = set(used(ast.parse(code)))
    assert {("sources", "remove"), ("people", "disable"), ("curated", "correct")} <= found


@pytest.mark.parametrize("alone", [STUDIO_ALONE, API_ALONE])
def test_every_exception_is_an_act_and_has_its_reason(alone: dict[Act, str]) -> None:
    assert alone.keys() <= acts()
    assert all(alone.values())
