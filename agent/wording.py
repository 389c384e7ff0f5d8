"""Texts of staff in the languages an agent speaks, and what every part of a spec is made of."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Words = Annotated[str, StringConstraints(strip_whitespace=True)]


class Part(BaseModel):
    """A part of a spec: a value that never changes and knows no other fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(Part):
    """One fixed text in the languages an agent speaks. A bare string means the same in all."""

    es: Words = ""
    en: Words = ""
    pt: Words = ""

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        return {"es": value, "en": value, "pt": value} if isinstance(value, str) else value

    def in_language(self, language: str) -> str:
        """Return the text in *language*, else in the first language that has one."""
        own = getattr(self, language, "")
        return own or self.es or self.en or self.pt

    def all(self) -> tuple[str, ...]:
        """Return the text in every language that has one, each once."""
        return tuple(dict.fromkeys(filter(None, (self.es, self.en, self.pt))))
