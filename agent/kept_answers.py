"""Answers as rows of experiments keep them: all but the prompt, which is the spec's."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from agent.answer import Answer

_ANSWERS = TypeAdapter(Answer)


def kept(answer: Answer) -> dict[str, Any]:
    """Return what is kept of *answer*."""
    return replace(answer, prompt="").as_json()


def read(found: Mapping[str, Any]) -> Answer:
    """Read what `kept` gave. Raises pydantic.ValidationError."""
    return _ANSWERS.validate_python(found)
