"""Between Gradio and our handlers: the caller's request goes in, errors come out as sentences.

Gradio fills in `gr.Request` and `gr.EventData` by the annotations of positional parameters only,
so they stand first; the values of the inputs follow.
"""

import contextlib
import html
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from actions.sources import InUse
from agent.errors import AgentError, AlreadyTaken, Forbidden, TooManyAttempts
from knowledge.errors import KnowledgeError
from knowledge.notices import Notice
from studio.errors import BadFields, StudioError
from studio.state import Studio
from studio.texts import has, say

Handler = Callable[..., Any]
Show = Callable[[Any], Any]
Load = Callable[..., Any]  # `gr.Blocks.load` of the page being built
# Tells our script that what was typed is stored; what comes with it goes into the address.
STORED = "(query) => { window.stored(query); }"


def event(studio: Studio, handler: Handler, show: Show | None = None, done: str = "") -> Handler:
    """Return *handler* as Gradio calls it. *show* turns its result into outputs; *done* is the
    key of a sentence to show when it went well."""
    present = show or _as_it_is

    def call(request: gr.Request, *values: Any) -> Any:
        with sentences(studio):
            result = handler(studio, request, *values)
        if done:
            gr.Success(studio.say(done), duration=4, title=studio.say("done"))
        return present(result)

    def stream(request: gr.Request, *values: Any) -> Iterator[Any]:
        with sentences(studio):
            for result in handler(studio, request, *values):
                yield present(result)

    chosen = stream if inspect.isgeneratorfunction(inspect.unwrap(handler)) else call
    return _named(chosen, handler)


def pick(studio: Studio, handler: Handler, show: Show | None = None) -> Handler:
    """As `event`, for clicks inside a `studio.widgets.clickable`: (action, id) come first."""
    present = show or _as_it_is

    def call(request: gr.Request, picked: gr.EventData, *values: Any) -> Any:
        data = picked._data if isinstance(picked._data, dict) else {}
        action, subject = str(data.get("action", "")), str(data.get("id", ""))
        with sentences(studio):
            return present(handler(studio, request, action, subject, *values))

    return _named(call, handler)


def at_address(
    studio: Studio, handler: Handler, parameter: str, show: Show | None = None
) -> Handler:
    """As `event`, for a page that opens: what its address says for *parameter* comes first."""
    present = show or _as_it_is

    def call(request: gr.Request, *values: Any) -> Any:
        wanted = str(request.query_params.get(parameter, ""))
        with sentences(studio):
            return present(handler(studio, request, wanted, *values))

    return _named(call, handler)


@contextlib.contextmanager
def sentences(studio: Studio) -> Iterator[None]:
    """Turn the errors of every room into one sentence in the person's language."""
    try:
        yield
    except (AgentError, KnowledgeError, StudioError) as error:
        text = html.escape(sentence(studio, error))
        raise gr.Error(
            text, duration=10, title=studio.say("error.title"), print_exception=False
        ) from error


def sentence(studio: Studio, error: Exception) -> str:
    """Return what to tell the person about *error*."""
    if isinstance(error, BadFields):
        return " ".join(
            f"{studio.say(field)}: {studio.say(complaint, **values)}"
            for field, complaint, values in error.fields
        )
    if isinstance(error, StudioError):
        return studio.say(error.key, **error.values)
    if isinstance(error, TooManyAttempts):
        return studio.say("error.too_many", seconds=round(error.seconds))
    if isinstance(error, Forbidden):
        return studio.say("error.not_allowed", role=studio.say(f"role.{error.role}"))
    if isinstance(error, AlreadyTaken):
        return studio.say("error.AlreadyTaken", person=error.person)
    if isinstance(error, InUse):
        return studio.say("error.in_use", agents=", ".join(one.name for one in error.agents))
    if isinstance(error, KnowledgeError):
        return knowledge_sentence(studio.language, error.code, str(error))
    return in_words(studio, type(error), str(error))


def knowledge_sentence(language: str, code: str, english: str) -> str:
    """Return the sentence of a knowledge error; the English one when no other is known."""
    if language == "en":
        return english
    code, _, detail = code.partition(":")  # `code:detail` where the sentence has a blank
    key = f"error.knowledge.{code}"
    return say(language, key, detail=detail) if has(language, key) else english


def notice_sentence(language: str, notice: Notice) -> str:
    """Return what was not kept of a source; in English when it has no other sentence."""
    key = f"notice.{notice.code}"
    if not has(language, key):
        return notice.sentence
    return say(language, key, count=notice.count, where=notice.places)


def in_words(studio: Studio, kind: type[Exception], english: str) -> str:
    """Return the sentence of an agent error: by its words, else by the nearest known class."""
    if studio.language == "en":
        return english
    keys = [f"error.said.{english}", *(f"error.{known.__name__}" for known in kind.__mro__)]
    known = [key for key in keys if has(studio.language, key)]
    return studio.say(known[0]) if known else english


def _as_it_is(result: Any) -> Any:
    return result


def _named(function: Handler, handler: Handler) -> Handler:
    page = handler.__module__.rsplit(".", 1)[-1]
    function.__name__ = f"{page}_{handler.__name__}"  # the name of its HTTP endpoint
    return function
