"""Answers as rows of experiments keep them: all but the prompt, which is the spec's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from agent.answer import Answer

_ANSWERS = TypeAdapter(Answer)


def kept(answer: Answer, said: Sequence[str]) -> dict[str, Any]:
    """Return what is kept of *answer*, with what the customer had *said*."""
    return {**replace(answer, prompt="").as_json(), "said": list(said)}


def read(found: Mapping[str, Any]) -> Answer:
    """Read what `kept` gave. Raises pydantic.ValidationError."""
    return _ANSWERS.validate_python(found)
