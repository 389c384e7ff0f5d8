"""What a provider's own machine-readable description allows, held against every request of ours.

`contracts/*.json` render the parts of Twilio's OpenAPI and Chatwoot's swagger that concern us: the
names, types and values of each request. They are stricter in one way: a parameter that is not
described is refused here, where a provider may ignore it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, jsonify, request
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parent / "contracts"
NOTHING = {"type": "object", "additionalProperties": False}


@dataclass(frozen=True)
class Described:
    """One request that a provider describes."""

    name: str  # METHOD and path
    path: re.Pattern[str]
    content_type: str
    query: Draft202012Validator
    body: Draft202012Validator


@cache
def described(provider: str) -> tuple[Described, ...]:
    """Return what *provider* describes."""
    given = json.loads((FOLDER / f"{provider}.json").read_text(encoding="utf-8"))
    return tuple(_described(one) for one in given["requests"])


def _described(given: Mapping[str, Any]) -> Described:
    path = re.escape(given["is"].partition(" ")[2])
    for name, pattern in given.get("path", {}).items():
        path = path.replace(re.escape(f"{{{name}}}"), pattern.strip("^$"))
    return Described(
        given["is"],
        re.compile(path),
        given.get("type", ""),
        Draft202012Validator(given.get("query", NOTHING)),
        Draft202012Validator(given.get("body", NOTHING)),
    )


@dataclass(frozen=True)
class Checked:
    """A request held against the description: which one it is, and what is wrong with it."""

    name: str
    problem: str = ""


def check(provider: str, asked: Request) -> Checked:
    """Hold a request against what *provider* describes."""
    method = f"{asked.method} "
    found = [
        one
        for one in described(provider)
        if one.name.startswith(method) and one.path.fullmatch(asked.path)
    ]
    if not found:
        return Checked("", f"{asked.method} {asked.path} is not described")
    one = found[0]
    wrong = [*one.query.iter_errors(asked.args.to_dict()), *one.body.iter_errors(_body(asked))]
    problems = [error.message for error in wrong]
    if one.content_type and asked.mimetype != one.content_type:
        problems.append(f"{asked.mimetype} instead of {one.content_type}")
    return Checked(one.name, "; ".join(problems))


def _body(asked: Request) -> Any:
    if asked.method == "GET":
        return {}
    return asked.get_json(silent=True) if asked.is_json else asked.form.to_dict()


def guard(app: Flask, provider: str, status: int, prefix: str = "/") -> list[str]:
    """Make *app* refuse what is not described; return the list in which taken requests are noted.

    Paths that do not begin with *prefix* are the stand-in's own business.
    """
    noted: list[str] = []

    def refuse() -> tuple[Response, int] | None:
        if not request.path.startswith(prefix):
            return None
        checked = check(provider, request)
        if checked.problem:
            return jsonify({"error": f"Not described: {checked.problem}"}), status
        noted.append(checked.name)
        return None

    app.before_request(refuse)
    return noted
