"""`/openapi.json`, and the same for people at `/docs`: no script, nothing from outside."""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, render_template
from flask_openapi3.openapi import OpenAPI

from bot.access import role_of
from bot.examples import add_examples

_METHODS = ("get", "post", "patch", "put", "delete")


def docs(app: OpenAPI) -> Blueprint:
    """Return the two pages about *app*'s API."""
    receiver = Blueprint("docs", __name__)

    @receiver.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(_described(app))

    @receiver.get("/docs")
    def page() -> str:
        description = _described(app)
        return render_template(
            "docs.html",
            info=description["info"],
            operations=_operations(description),
            schemas=description.get("components", {}).get("schemas", {}),
            shape=_shape,
        )

    return receiver


def _described(app: OpenAPI) -> dict[str, Any]:
    """Return the document, with the role that each route asks for (OpenAPI 3.1: "Security
    Requirement Object" may list role names)."""
    description: dict[str, Any] = app.api_doc
    add_examples(description.get("components", {}).get("schemas", {}))
    for rule in app.url_map.iter_rules():
        operations = description["paths"].get(re.sub(r"<(\w+)>", r"{\1}", rule.rule), {})
        for method in rule.methods or ():
            if operation := operations.get(method.lower()):
                role = role_of(app.view_functions[rule.endpoint])
                operation["security"] = [{"key": [role]}]
    return description


def _operations(description: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"path": path, "method": method.upper(), **operations[method]}
        for path, operations in description["paths"].items()
        for method in _METHODS
        if method in operations
    ]


def _shape(schema: dict[str, Any]) -> str:
    """Say in a few words what a schema takes: `Spec`, `list of text`, `text or nothing`."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_shape(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_shape(schema.get('items', {}))}"
    names = {"string": "text", "integer": "whole number", "null": "nothing", "boolean": "yes/no"}
    kind = str(schema.get("type", "anything"))
    return names.get(kind, kind)
