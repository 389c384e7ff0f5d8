"""The agent form: a Spec as the flat values of a form, and back.

What the form does not show (token limits, budgets) is kept as it was.
The part about people is `studio.handoff_form`.
"""

import functools
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, fields
from typing import Any, Concatenate, TypeVar

from pydantic import ValidationError

from agent.bar import write
from agent.spec import Spec
from agent.toolkit.old import BUILT_IN
from agent.wording import WRITTEN
from store.people.people import Person
from studio import handoff_form
from studio.errors import BadFields
from studio.handoff_form import USUAL, lines, worded, wording
from studio.state import Studio

R = TypeVar("R")

BLANK = Spec(name="-")
# pydantic's complaint -> the key of ours
COMPLAINTS = {
    "string_too_short": "field.required",
    "string_too_long": "field.too_long",
    "missing": "field.required",
    "too_short": "field.choose_one",
    "greater_than": "field.too_small",
    "greater_than_equal": "field.too_small",
    "less_than_equal": "field.too_big",
    "int_type": "field.required",
    "float_type": "field.required",
    "int_from_float": "field.whole",
    "string_pattern_mismatch": "field.no_hour",  # only hours have a pattern
    "value_error": "field.no_zone",  # only time zones are looked up
}
# where that complaint would not help
COMPLAINTS_OF = {
    ("days", "literal_error"): "field.no_day",
    ("bar", "value_error"): "field.no_criterion",
}
TONGUES = WRITTEN
OFFERED = (*WRITTEN, "fr", "de", "it", "ca", "nl", "zh", "ja", "ar")  # a spec takes any other, too
# where the spec keeps what the form calls otherwise
PLACES: dict[tuple[str, ...], str] = {
    ("model", "name"): "model",
    ("model", "temperature"): "temperature",
    ("knowledge", "bases"): "bases",
    ("knowledge", "grounded_only"): "grounded_only",
    ("conversation", "quiet_seconds"): "quiet_seconds",
    ("conversation", "max_parts"): "max_parts",
    ("conversation", "buttons"): "buttons",
    ("guard", "forbidden_topics"): "forbidden_topics",
    **{(text, of): f"{text}_{of}" for text in ("greeting", "fallback") for of in TONGUES},
    **handoff_form.PLACES,
}


@dataclass(frozen=True)
class AgentForm:
    """What staff fill in. Gradio hands the values over in this order: see `FIELDS`."""

    name: str = ""
    brand: str = ""
    description: str = ""
    tone: str = ""
    instructions: str = ""
    languages: tuple[str, ...] = ("es", "en")
    greeting_es: str = ""
    greeting_en: str = ""
    greeting_pt: str = ""
    fallback_es: str = BLANK.fallback.es
    fallback_en: str = BLANK.fallback.en
    fallback_pt: str = BLANK.fallback.pt
    bases: tuple[str, ...] = ()
    grounded_only: bool = True
    tools: tuple[str, ...] = ("handoff",)
    model: str = ""
    temperature: float = 0.2
    quiet_seconds: float = 1.5
    max_parts: float = 5
    buttons: bool = False
    forbidden_topics: str = ""
    handoff_words: str = "\n".join(BLANK.handoff.words)
    handoff_topics: str = ""
    closing_es: str = BLANK.handoff.message.es
    closing_en: str = BLANK.handoff.message.en
    closing_pt: str = BLANK.handoff.message.pt
    after_fallbacks: float = 3
    hand_back_after_hours: float = 0
    has_hours: bool = False
    timezone: str = USUAL.timezone
    days: tuple[str, ...] = USUAL.days
    opens: str = USUAL.opens
    closes: str = USUAL.closes
    away_es: str = USUAL.away.es
    away_en: str = USUAL.away.en
    away_pt: str = USUAL.away.pt
    bar: str = ""

    @classmethod
    def of(cls, spec: Spec) -> "AgentForm":
        """Return the form that shows *spec*."""
        return cls(
            name=spec.name,
            brand=spec.brand,
            description=spec.description,
            tone=spec.tone,
            instructions=spec.instructions,
            languages=tuple(one for one in spec.languages if one in OFFERED),
            **worded("greeting", spec.greeting),
            **worded("fallback", spec.fallback),
            bases=spec.knowledge.bases,
            grounded_only=spec.knowledge.grounded_only,
            tools=spec.tool_names,
            model=spec.model.name,
            temperature=spec.model.temperature,
            quiet_seconds=spec.conversation.quiet_seconds,
            max_parts=spec.conversation.max_parts,
            buttons=spec.conversation.buttons,
            forbidden_topics="\n".join(spec.guard.forbidden_topics),
            **handoff_form.flat(spec.handoff),
            bar=write(spec.bar),
        )

    def values(self) -> list[Any]:
        """Return the values in order, lists where the page wants lists."""
        found = vars(self).values()
        return [list(value) if isinstance(value, tuple) else value for value in found]

    def onto(self, base: Spec = BLANK) -> Spec:
        """Return *base* with this form's values. Raises BadFields."""
        data = base.model_dump()
        for name in ("name", "brand", "description", "tone", "instructions"):
            data[name] = getattr(self, name) or ""
        data["languages"] = _spoken(base, self.languages or ())
        data["tools"] = _kept(base, self.tools or ())
        data["greeting"] = wording("greeting", asdict(self))
        data["fallback"] = wording("fallback", asdict(self))
        data["knowledge"] |= {"bases": self.bases or (), "grounded_only": self.grounded_only}
        data["model"] |= {"name": self.model or "", "temperature": self.temperature}
        data["conversation"] |= {
            "quiet_seconds": self.quiet_seconds,
            "max_parts": self.max_parts,
            "buttons": bool(self.buttons),
        }
        data["guard"]["forbidden_topics"] = lines(self.forbidden_topics)
        data["bar"] = self.bar or ""
        data["handoff"] = handoff_form.onto(base.handoff, asdict(self))
        try:
            return Spec.model_validate(data)
        except ValidationError as error:
            raise BadFields(tuple(_complaint(found) for found in error.errors())) from None


def _spoken(base: Spec, chosen: Collection[str]) -> list[str]:
    """The *chosen* languages, with those of the draft that the form does not offer."""
    others = [one for one in base.languages if one not in OFFERED]
    return [*others, *chosen] if base.languages[0] in others else [*chosen, *others]


def _kept(base: Spec, names: Collection[str]) -> list[Any]:
    """The tools by these names: built-in ones, and those that the draft has already."""
    own = [tool for tool in base.tools if tool.name in names]
    added = [name for name in BUILT_IN if name in names and name not in base.tool_names]
    return [*own, *added]


FIELDS = tuple(field.name for field in fields(AgentForm))  # a page has a component for each


def with_form(
    handler: Callable[..., R],
) -> Callable[Concatenate[Studio, Person, ...], R]:
    """Let a handler end in an AgentForm where its page ends in the values of its fields."""

    @functools.wraps(handler)
    def call(studio: Studio, person: Person, *values: Any) -> R:
        before = len(values) - len(FIELDS)
        form = AgentForm(**dict(zip(FIELDS, values[before:], strict=True)))
        return handler(studio, person, *values[:before], form)

    return call


def _complaint(found: Any) -> tuple[str, str, dict[str, object]]:
    where = tuple(part for part in found["loc"] if isinstance(part, str))
    known = (PLACES[where[:deep]] for deep in range(len(where), 1, -1) if where[:deep] in PLACES)
    field = next(known, where[0])
    limits = {key: value for key, value in found.get("ctx", {}).items() if key != "error"}
    limit = next(iter(limits.values()), "")
    if found["type"] in ("string_too_long", "string_too_short"):
        limit = limits.get("max_length", "")
    usual = COMPLAINTS.get(found["type"], "field.not_valid")
    key = COMPLAINTS_OF.get((field, found["type"]), usual)
    return f"agent.{field}", key, {"limit": limit}
