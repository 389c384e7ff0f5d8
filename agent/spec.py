"""The spec: everything that makes one agent differ from another, as a frozen value.

A spec is a value: ids, authors and dates belong to the versions that hold it
(`store.agents.agents`). It round-trips to YAML, which is how agents are exported.
"""

import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from agent.bar import Bar, criteria_of
from agent.text import storable
from agent.toolkit.old import as_record
from agent.toolkit.records import HandoffTool, Tool
from agent.wording import Part, Words
from agent.wording import Wording as Wording

# A tag as RFC 5646 (BCP 47) writes them.
_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_NO_LANGUAGE = "{tag!r} is no language. Write a tag (BCP 47), like fr, pt-BR or zh-Hant."


def _tag(tag: str) -> str:
    if not _TAG.fullmatch(tag):
        raise ValueError(_NO_LANGUAGE.format(tag=tag[:40]))
    return tag


Language = Annotated[str, AfterValidator(_tag)]
MOST_LANGUAGES = 20
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HourAndMinute = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
MOST_TOOLS = 40  # more confuse a model
_TWICE = "Two tools are called {name}. Give each a name of its own."
_NO_ZONE = "{name!r} is no time zone. Write one like America/Mexico_City or Europe/Madrid."


class ModelChoice(Part):
    """Which model answers, and how freely. An empty name means the installation's model."""

    name: Words = ""
    temperature: float = Field(0.2, ge=0, le=2)
    max_tokens: int = Field(700, ge=16, le=8_000)
    timeout_seconds: float = Field(40, gt=0, le=120)


class KnowledgeChoice(Part):
    """What the agent may look up: ids of knowledge bases, and how."""

    bases: tuple[str, ...] = ()
    top_k: int = Field(5, ge=1, le=20)
    hybrid: bool = True
    grounded_only: bool = True


class GuardRules(Part):
    """What is refused before or after the model."""

    max_input_characters: int = Field(4_000, ge=100, le=50_000)
    forbidden_topics: tuple[Words, ...] = ()


class OfficeHours(Part):
    """When people of the team answer, in their own time zone, and what is said outside of it.

    Hours that close before they open go on past midnight.
    """

    timezone: str = "America/Mexico_City"
    days: tuple[Day, ...] = Field(("mon", "tue", "wed", "thu", "fri"), min_length=1)
    opens: HourAndMinute = "09:00"
    closes: HourAndMinute = "18:00"
    away: Wording = Wording(  # {when} is when somebody will write
        es="Le paso con una persona de nuestro equipo. Ahora estamos fuera de horario: le escribirá"
        " {when}.",
        en="I am passing you to a person of our team. We are closed right now, so they will write"
        " to you {when}.",
        pt="Vou passar você para uma pessoa da nossa equipe. Agora estamos fora do horário: ela"
        " escreverá {when}.",
    )

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError) as error:
            raise ValueError(_NO_ZONE.format(name=name[:60])) from error
        return name


class HandoffRules(Part):
    """When a person takes over, and what the customer is told."""

    words: tuple[Words, ...] = (
        "hablar con una persona",
        "hablar con un humano",
        "asesor humano",
        "agente humano",
        "talk to a person",
        "talk to a human",
        "human agent",
        "real person",
    )
    topics: tuple[Words, ...] = ()  # words that only a person may answer to
    after_fallbacks: int = Field(3, ge=0, le=20)  # in a row; 0: never
    hand_back_after_hours: float = Field(0, ge=0, le=24 * 30)  # 0: only people hand back
    office_hours: OfficeHours | None = None  # None: somebody is always there
    message: Wording = Wording(
        es="Le paso con una persona de nuestro equipo. En breve le escribe.",
        en="I am passing you to a person of our team, who will write to you shortly.",
        pt="Vou passar você para uma pessoa da nossa equipe, que escreverá em breve.",
    )


class ConversationRules(Part):
    """How a conversation is paced. Seconds are seconds."""

    quiet_seconds: float = Field(1.5, ge=0, le=30)
    longest_wait_seconds: float = Field(8, ge=0, le=60)
    history_messages: int = Field(20, ge=0, le=200)
    max_parts: int = Field(5, ge=1, le=10)
    buttons: bool = False  # a short list beside a question may be tapped, where the channel can


class Budget(Part):
    """The most one turn may use."""

    model_calls: int = Field(5, ge=1, le=20)
    tool_calls: int = Field(8, ge=0, le=40)


class Spec(Part):
    """One agent. The first five fields are what staff write; the rest has working defaults."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    brand: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)] = ""
    tone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    instructions: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)] = ""
    languages: tuple[Language, ...] = Field(
        ("es", "en"),
        min_length=1,
        max_length=MOST_LANGUAGES,
        description="BCP 47 tags, the first is the usual one; fixed texts fall back in their order",
    )
    greeting: Wording = Wording()
    fallback: Wording = Wording(
        es="Perdone, ahora mismo no puedo responderle. Lo reviso y le escribo enseguida.",
        en="Sorry, I cannot answer you right now. I will check and write to you shortly.",
        pt="Desculpe, não consigo responder agora. Vou verificar e escrevo em breve.",
    )
    model: ModelChoice = ModelChoice()
    knowledge: KnowledgeChoice = KnowledgeChoice()
    tools: Annotated[tuple[Tool, ...], Field(max_length=MOST_TOOLS)] = (HandoffTool(),)
    guard: GuardRules = GuardRules()
    handoff: HandoffRules = HandoffRules()
    conversation: ConversationRules = ConversationRules()
    budget: Budget = Budget()
    bar: Bar = Field((), max_length=20, description="criteria; each may be a line of text")

    @field_validator("bar", mode="before")
    @classmethod
    def _lines(cls, value: Any) -> Any:
        return criteria_of(value)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return storable(value)

    @field_validator("tools", mode="before")
    @classmethod
    def _records(cls, tools: Any) -> Any:
        """Read a tool that is only named; one named twice is one."""
        if not isinstance(tools, list | tuple):
            return tools
        kept: list[Any] = []
        kept += (one for one in map(as_record, tools) if one not in kept)
        return kept

    @field_validator("tools")
    @classmethod
    def _named_apart(cls, tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
        names = [tool.name for tool in tools]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(_TWICE.format(name=twice))
        return tools

    @property
    def tool_names(self) -> tuple[str, ...]:
        """What its tools are called."""
        return tuple(tool.name for tool in self.tools)

    def to_yaml(self) -> str:
        """Return the spec as YAML that `from_yaml` reads back to an equal spec."""
        return yaml.safe_dump(
            self.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=100
        )

    @classmethod
    def from_yaml(cls, text: str) -> "Spec":
        """Read a spec. Raises pydantic.ValidationError or yaml.YAMLError."""
        return cls.model_validate(yaml.safe_load(text))
