"""Who writes to a store: found in the text of the code, and watched while it runs.

Only `actions/` (and the workers) may. The text is read with as much of its types as the annotations
say; what they do not say is seen when the tests of the studio and of the bot run it.
"""

import ast
import sys
from collections.abc import Container, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from store.db.database import Database

ROOT = Path(__file__).parent.parent
WATCHED = ("bot", "notebooks", "studio")
# What is written beside an act and is none: nobody asked for it, and nothing that counts changes.
NO_ACT = {
    ("Logins", "of_token"): "when a browser was last here, once a minute at most",
    ("Tokens", "find"): "when a program was last here, once a minute at most",
    ("Alignment", "align"): "the vectors of what an act has changed, and their empty source",
}


# --- while it runs


def watch(patch: pytest.MonkeyPatch) -> list[str]:
    """Have every write that is no act added to the list that is returned."""
    found: list[str] = []
    write = Database.write

    def watching(self: Database) -> AbstractContextManager[Any]:
        found.extend(_culprit(sys._getframe(1)))
        return write(self)

    patch.setattr(Database, "write", watching)
    return found


def _culprit(frame: FrameType | None) -> Iterator[str]:
    """Going outward from a write: the room that is met first, if it is one that may not write."""
    while frame is not None:
        path = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
        room = path.partition("/")[0]
        if room in ("actions", "jobs") or (room == "store" and _is_no_act(frame)):
            return
        if room in WATCHED:
            yield f"{path}:{frame.f_lineno} {frame.f_code.co_name}"
            return
        frame = frame.f_back


def _is_no_act(frame: FrameType) -> bool:
    kinds = type(frame.f_locals.get("self")).__mro__
    return any((kind.__name__, frame.f_code.co_name) in NO_ACT for kind in kinds)


# --- in the text


def trees(*rooms: str) -> dict[str, ast.Module]:
    """The modules of *rooms* (or single ones), by path."""
    found = [(ROOT / room, sorted((ROOT / room).rglob("*.py"))) for room in rooms]
    paths = [path for room, inside in found for path in inside or [room]]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


class Types:
    """What annotations and plain assignments say of a program: enough to know a store by sight."""

    def __init__(self, modules: dict[str, ast.Module]) -> None:
        modules = {path: _Own(path, tree).visit(tree) for path, tree in modules.items()}
        nodes = [node for tree in modules.values() for node in ast.walk(tree)]
        self.classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
        functions = [node for tree in modules.values() for node in tree.body]
        self.functions = {
            node.name: node for node in functions if isinstance(node, ast.FunctionDef)
        }
        self.fields: dict[str, dict[str, str]] = {name: {} for name in self.classes}
        self.fields |= {name: self._fields(node) for name, node in self.classes.items()}
        self.writers: set[tuple[str, str]] = set()
        while self._learn():
            pass

    def _fields(self, node: ast.ClassDef) -> dict[str, str]:
        """The fields and the methods of a class, with the class of each."""
        found = self.bindings(node)
        own = {name.removeprefix("self."): kind for name, kind in found.items()}
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and (kind := self._named(inner.returns)):
                own[inner.name] = kind
        return own

    def _named(self, annotation: ast.expr | None) -> str:
        names = (
            [n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)] if annotation else []
        )
        return next((name for name in names if name in self.classes), "")

    def bindings(self, tree: ast.AST) -> dict[str, str]:
        """The names (and `self.names`) that are bound in *tree* to something of a known class."""
        found: dict[str, str] = {}
        for _ in range(3):  # what is bound to what is bound
            for target, kind in self._bound(tree, found):
                if kind and target:
                    found[target] = kind
        return found

    def _bound(self, tree: ast.AST, found: dict[str, str]) -> Iterator[tuple[str, str]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.arg):
                yield node.arg, self._named(node.annotation)
            elif isinstance(node, ast.AnnAssign):
                yield _plain(node.target), self._named(node.annotation)
            elif isinstance(node, ast.Assign):
                for target, value in _pairs(node.targets[0], node.value):
                    yield _plain(target), self.kind(value, found)

    def kind(self, node: ast.expr, bound: dict[str, str]) -> str:
        """The class of what *node* stands for; empty when it is not known."""
        if isinstance(node, ast.Name):
            return bound.get(node.id, "")
        if isinstance(node, ast.Attribute):
            known = bound.get(_plain(node))
            return known or self._field(self.kind(node.value, bound), node.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            made = self.functions.get(node.func.id)
            is_class = node.func.id in self.classes
            return node.func.id if is_class else self._named(made.returns if made else None)
        return self.kind(node.func, bound) if isinstance(node, ast.Call) else ""

    def _field(self, kind: str, name: str) -> str:
        known = (self.fields[one].get(name) for one in self.line(kind))
        return next(filter(None, known), "")

    def line(self, kind: str) -> Iterator[str]:
        """A class and those it is made of."""
        if kind in self.classes:
            yield kind
            for base in self.classes[kind].bases:
                yield from self.line(_plain(base))

    def found(self, tree: ast.Module) -> list[tuple[int, str]]:
        """The lines of a module that write, and by what."""
        imports = (node for node in tree.body if isinstance(node, ast.ImportFrom))
        ours = [node for node in imports if (node.module or "").startswith(("store", "knowledge"))]
        names = {alias.name for node in ours for alias in node.names}
        return list(self._writes(tree, self.bindings(tree), names))

    def _writes(
        self, tree: ast.AST, bound: dict[str, str], names: Container[str]
    ) -> Iterator[tuple[int, str]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and self._is_writer(node, bound):
                yield node.lineno, ast.unparse(node)
            elif isinstance(node, ast.Name) and node.id in names and ("", node.id) in self.writers:
                yield node.lineno, node.id

    def _is_writer(self, node: ast.Attribute, bound: dict[str, str]) -> bool:
        if node.attr == "write" and ast.unparse(node.value).endswith("database"):
            return True
        kinds = self.line(self.kind(node.value, bound))
        return any((one, node.attr) in self.writers - NO_ACT.keys() for one in kinds)

    def _learn(self) -> bool:
        """Note which methods and functions write because of what is known by now."""
        before = len(self.writers)
        for name, node in self.classes.items():
            bound = self.bindings(node) | {"self": name}
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            found = [one.name for one in methods if any(self._writes(one, bound, self.functions))]
            self.writers |= {(name, one) for one in found}
        for name, function in self.functions.items():
            if any(self._writes(function, self.bindings(function), self.functions)):
                self.writers.add(("", name))
        return len(self.writers) > before


class _Own(ast.NodeTransformer):
    """Tells the private functions and classes of one module from those of others."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        made = [one for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
        self._made = {one.name: f"{path}:{one.name}" for one in made if one.name.startswith("_")}
        for one in made:
            one.name = self._made.get(one.name, one.name)

    def visit_Name(self, node: ast.Name) -> ast.Name:  # ast's own name
        return ast.copy_location(ast.Name(self._made.get(node.id, node.id), node.ctx), node)


def _plain(node: ast.expr) -> str:
    """`name` and `self.name` as they are written; of anything else nothing."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=False))
    return [(target, value)]
