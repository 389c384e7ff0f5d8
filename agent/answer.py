"""What goes into an answer and what comes out of it: values only, no model code.

Everything here is stored (turns, messages) or sent (API, studio), so every class has an
`as_json` that gives plain dictionaries. The webhook process imports this module; LangChain
must never be imported by it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

StepKind = Literal["passages", "model", "server", "tool", "guard", "error"]


class Author(StrEnum):
    """Who said something; `system`: the platform itself, which no model is shown."""

    CUSTOMER = "customer"
    AGENT = "agent"
    HUMAN = "human"
    SYSTEM = "system"


class Outcome(StrEnum):
    """What a turn ended in; `silent`: nothing was said, which no answer is."""

    ANSWERED = "answered"
    FALLBACK = "fallback"
    HANDOFF = "handoff"
    SILENT = "silent"


class _Plain:
    def as_json(self) -> dict[str, Any]:
        """Return this value as plain JSON-able dictionaries."""
        return {name: _plain(value) for name, value in vars(self).items()}


def _plain(value: Any) -> Any:
    """Ours become dictionaries; what they hold is plain already, and copying it is not free."""
    if isinstance(value, _Plain):
        return value.as_json()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


class AboutKind(StrEnum):
    """What a message points to, or what became of it.

    `choice`: whose button was tapped; `replaced`: the words it stands for now; `edited`: what was
    written in its place before; `withdrawn`: the customer took it back.
    """

    MESSAGE = "message"
    CHOICE = "choice"
    PRODUCT = "product"
    AD = "ad"
    REPLACED = "replaced"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class About(_Plain):
    """Something that a message points to beside its words. Its words are data, whoever wrote them.

    A message that nobody finds any more has no text and no file.
    """

    kind: AboutKind
    text: str = ""
    author: Author | None = None  # of a quoted message
    file: str = ""  # the media type of what came with a quoted message
    url: str = ""  # of an ad
    id: str = ""  # the provider's, by which a quoted message is found


@dataclass(frozen=True)
class Said(_Plain):
    """One line of the conversation: the words, and what they point to."""

    author: Author
    text: str
    about: tuple[About, ...] = ()


Asked = str | Said  # what a customer just wrote: words alone, or with what they point to


@dataclass(frozen=True)
class Citation(_Plain):
    """A passage the answer points to, as it stood when the answer was written."""

    n: int
    source: str
    source_id: str
    source_version: int
    chunk_id: int
    page: int | None
    row: int | None
    quote: str
    score: float
    url: str


@dataclass(frozen=True)
class Usage(_Plain):
    """What the answer took: tokens, and US dollars for those whose price is known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced_tokens: int = 0


@dataclass(frozen=True)
class Step(_Plain):
    """One thing that happened while answering, for the people who ask why."""

    kind: StepKind
    title: str
    detail: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Handoff(_Plain):
    """The wish that a person takes over, and why."""

    reason: str


@dataclass(frozen=True)
class Token(_Plain):
    """A piece of the answer while it is being written. The final `Answer` has the text to send."""

    text: str


@dataclass(frozen=True)
class Answer(_Plain):
    """What the customer is told, and everything staff may want to know about it."""

    text: str
    outcome: Outcome
    citations: tuple[Citation, ...] = ()
    language: str = "es"
    model: str = ""
    usage: Usage = Usage()
    trace: tuple[Step, ...] = ()
    error: str = ""  # `code: sentence`, why the fallback was sent; never shown to customers
    handoff: Handoff | None = None
    prompt: str = ""  # the system prompt that was in force
    missed: str = ""  # what was asked, when no passage fitted it
