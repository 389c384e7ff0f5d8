"""The agent form: a Spec as the flat values of a form, and back.

What the form does not show (token limits, budgets, Portuguese texts) is kept as it was.
"""

from dataclasses import dataclass, fields
from typing import Any

from pydantic import ValidationError

from agent.spec import Spec
from studio.errors import BadFields

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
}
# where the spec keeps what the form calls otherwise
PLACES: dict[tuple[str, ...], str] = {
    ("model", "name"): "model",
    ("model", "temperature"): "temperature",
    ("knowledge", "bases"): "bases",
    ("knowledge", "grounded_only"): "grounded_only",
    ("conversation", "quiet_seconds"): "quiet_seconds",
    ("conversation", "max_parts"): "max_parts",
    ("conversation", "buttons"): "buttons",
    ("handoff", "words"): "handoff_words",
    ("guard", "forbidden_topics"): "forbidden_topics",
}


@dataclass(frozen=True)
class AgentForm:
    """What staff fill in, in the order in which the page shows it."""

    name: str = ""
    brand: str = ""
    description: str = ""
    tone: str = ""
    instructions: str = ""
    languages: tuple[str, ...] = ("es", "en")
    greeting_es: str = ""
    greeting_en: str = ""
    fallback_es: str = BLANK.fallback.es
    fallback_en: str = BLANK.fallback.en
    bases: tuple[str, ...] = ()
    grounded_only: bool = True
    tools: tuple[str, ...] = ("handoff",)
    model: str = ""
    temperature: float = 0.2
    quiet_seconds: float = 1.5
    max_parts: float = 5
    buttons: bool = False
    handoff_words: str = "\n".join(BLANK.handoff.words)
    forbidden_topics: str = ""

    @classmethod
    def of(cls, spec: Spec) -> "AgentForm":
        """Return the form that shows *spec*."""
        return cls(
            name=spec.name, brand=spec.brand, description=spec.description, tone=spec.tone,
            instructions=spec.instructions, languages=spec.languages,
            greeting_es=spec.greeting.es, greeting_en=spec.greeting.en,
            fallback_es=spec.fallback.es, fallback_en=spec.fallback.en,
            bases=spec.knowledge.bases, grounded_only=spec.knowledge.grounded_only,
            tools=spec.tools, model=spec.model.name, temperature=spec.model.temperature,
            quiet_seconds=spec.conversation.quiet_seconds,
            max_parts=spec.conversation.max_parts, buttons=spec.conversation.buttons,
            handoff_words="\n".join(spec.handoff.words),
            forbidden_topics="\n".join(spec.guard.forbidden_topics),
        )  # fmt: skip

    def values(self) -> list[Any]:
        """Return the values in order, lists where the page wants lists."""
        found = (getattr(self, field.name) for field in fields(self))
        return [list(value) if isinstance(value, tuple) else value for value in found]

    def onto(self, base: Spec = BLANK) -> Spec:
        """Return *base* with this form's values. Raises BadFields."""
        data = base.model_dump()
        for name in ("name", "brand", "description", "tone", "instructions"):
            data[name] = getattr(self, name) or ""
        data["languages"], data["tools"] = self.languages or (), self.tools or ()
        data["greeting"] |= {"es": self.greeting_es or "", "en": self.greeting_en or ""}
        data["fallback"] |= {"es": self.fallback_es or "", "en": self.fallback_en or ""}
        data["knowledge"] |= {"bases": self.bases or (), "grounded_only": self.grounded_only}
        data["model"] |= {"name": self.model or "", "temperature": self.temperature}
        data["conversation"] |= {"quiet_seconds": self.quiet_seconds, "max_parts": self.max_parts,
                                 "buttons": bool(self.buttons)}  # fmt: skip
        data["handoff"]["words"] = _lines(self.handoff_words)
        data["guard"]["forbidden_topics"] = _lines(self.forbidden_topics)
        try:
            return Spec.model_validate(data)
        except ValidationError as error:
            raise BadFields(tuple(_complaint(found) for found in error.errors())) from None


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _complaint(found: Any) -> tuple[str, str, dict[str, object]]:
    where = tuple(part for part in found["loc"] if isinstance(part, str))
    field = PLACES.get(where[:2], where[0])
    limits = {key: value for key, value in found.get("ctx", {}).items() if key != "error"}
    limit = next(iter(limits.values()), "")
    if found["type"] in ("string_too_long", "string_too_short"):
        limit = limits.get("max_length", "")
    key = COMPLAINTS.get(found["type"], "field.not_valid")
    return f"agent.{field}", key, {"limit": limit}
