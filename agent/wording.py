"""Texts of staff in the languages an agent speaks, and what every part of a spec is made of."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from agent.language import primary

Words = Annotated[str, StringConstraints(strip_whitespace=True)]


class Part(BaseModel):
    """A part of a spec: a value that never changes and knows no other fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


WRITTEN = ("es", "en", "pt")  # the languages in which staff write fixed texts


class Wording(Part):
    """One fixed text in the languages an agent speaks. A bare string means the same in all."""

    es: Words = ""
    en: Words = ""
    pt: Words = ""

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        return {"es": value, "en": value, "pt": value} if isinstance(value, str) else value

    def own(self, language: str) -> str:
        """Return the text in *language* (a BCP 47 tag), or nothing."""
        of = primary(language)
        return str(getattr(self, of)) if of in WRITTEN else ""

    def in_language(self, language: str, *then: str) -> str:
        """Return the text in *language*, else in the first of *then* that has one, else in any."""
        return next(filter(None, map(self.own, (language, *then, *WRITTEN))), "")

    def all(self) -> tuple[str, ...]:
        """Return the text in every language that has one, each once."""
        return tuple(dict.fromkeys(filter(None, (self.es, self.en, self.pt))))
