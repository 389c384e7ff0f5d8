"""Turns what went wrong into an answer: a status, a sentence, and a sentence for each field.

What a caller sent is never repeated, and an error of ours is logged by its place, not its words:
the words of a database's error hold the values of the row.
"""

import logging

from flask import Flask, Response, g, jsonify, request
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from agent.errors import (
    AgentError,
    AlreadyTaken,
    EditConflict,
    Forbidden,
    Invalid,
    MayNotRun,
    NotFound,
    NotReleased,
)
from agent.log import log_place
from bot.etags import conflict
from channels.errors import BadSignature, ChannelError, Unparseable

log = logging.getLogger(__name__)

STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    Invalid: 422,
    Forbidden: 403,
    MayNotRun: 403,
    AlreadyTaken: 409,
    NotReleased: 409,
    BadSignature: 403,
    Unparseable: 400,
}
_SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "There is no field of this name.",
    "string_type": "Write a text.",
    "literal_error": "Choose {expected}.",
    "string_too_short": "Write at least {min_length} character(s).",
    "string_too_long": "Write at most {max_length} characters.",
    "greater_than_equal": "Use a number of at least {ge}.",
    "greater_than": "Use a number above {gt}.",
    "less_than_equal": "Use a number of at most {le}.",
    "model_type": "Send a JSON object.",
    "json_invalid": "Send a JSON object.",  # a text is read as JSON once more
    "model_attributes_type": "Send a JSON object.",
    "dict_type": "Send a JSON object.",
    "tuple_type": "Send a list.",
    "bool_type": "Use true or false.",
    "bool_parsing": "Use true or false.",
    "int_type": "Use a whole number.",
    "int_parsing": "Use a whole number.",
    "int_from_float": "Use a whole number.",
    "float_type": "Use a number.",
    "float_parsing": "Use a number.",
    "finite_number": "Use a number that is not infinite.",
    "too_short": "Give at least {min_length}.",
}


def problem(
    status: int, message: str, fields: list[dict[str, str]] | None = None, **headers: str
) -> Response:
    """Return the answer to a request that cannot be done."""
    answer = jsonify({"error": {"message": message, "fields": fields or []}})
    answer.status_code = status
    for name, value in headers.items():
        answer.headers[name.replace("_", "-")] = value
    return answer


def invalid(error: ValidationError) -> Response:
    """Return a 422 with one sentence for each field that is wrong."""
    found: dict[str, str] = {}
    for one in error.errors(include_input=False, include_url=False):
        field = ".".join(str(part) for part in one["loc"])
        found.setdefault(field, _sentence(one["type"], one.get("ctx", {}), one["msg"]))
    fields = [{"field": field, "message": message} for field, message in found.items() if field]
    return problem(422, found.get("", "Some fields cannot be used."), fields)


def _sentence(kind: str, context: dict[str, object], message: str) -> str:
    template = _SENTENCES.get(kind)
    return (
        template.format(**context)
        if template
        else message.removeprefix("Value error, ").rstrip(".") + "."
    )


def register(app: Flask) -> None:
    """Let *app* answer every error in sentences."""
    app.register_error_handler(AgentError, _ours)
    app.register_error_handler(EditConflict, lambda error: problem(conflict(), str(error)))
    app.register_error_handler(ChannelError, _ours)
    app.register_error_handler(ValidationError, invalid)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(Exception, _unforeseen)


def _ours(error: Exception) -> Response:
    known = [STATUS[kind] for kind in type(error).__mro__ if kind in STATUS]
    return problem(known[0] if known else g.get("refused_status", 503), str(error))


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # made by `problem`
    sentence = {
        400: "This request cannot be read.",
        404: "There is nothing at this address.",
        405: "This address does not do that. See /docs.",
        413: "This is too big.",
        415: "Send this with another Content-Type. See /docs.",
    }.get(error.code or 500, error.name + ".")
    return problem(error.code or 500, sentence)


def _database(error: SQLAlchemyError) -> Response:
    """Nothing was stored: say so, and the provider or the caller comes again."""
    log.error("database failure: %s at %s", type(error).__name__, request.url_rule)
    if isinstance(error, DBAPIError) and not error.connection_invalidated:
        log_place(log, error)
    status = g.get("refused_status", 503)  # `bot.webhooks`: after which its provider comes again
    return problem(status, "The database cannot be used right now. Try again.", Retry_After="5")


def _unforeseen(error: Exception) -> Response:
    log.error("unforeseen: %s at %s", type(error).__name__, request.url_rule)
    log_place(log, error)
    return problem(500, "Something went wrong here. It has been noted.")
