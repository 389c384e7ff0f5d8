"""What the HTTP API takes and gives. Unknown fields are refused, so that a typing mistake shows."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    create_model,
    model_validator,
)
from pydantic_core import PydanticKnownError

from actions.releases import MOST_CUSTOMERS
from actions.shown import Shown
from agent.errors import NotFound
from agent.spec import Spec
from bot.bodies import Body as Body
from bot.bodies import Out as Out
from bot.lists import Listed, Page
from channels.registry import known
from channels.web import API

WHATSAPP = "whatsapp"  # what programs call it, whoever provides it
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _could_be_an_id(noun: str, value: str) -> str:
    """An id that cannot exist names nothing; the database need not be asked about `%00`."""
    if not 1 <= len(value) <= 64 or not value.isascii() or not value.isalnum():
        raise NotFound(f"There is no {noun} by that id.")
    return value


def _could_be_a_number(noun: str, value: Any) -> Any:
    digits = str(value)
    if not digits.isascii() or not digits.isdecimal() or int(digits[:20]) >= 2**63:
        raise NotFound(f"There is no {noun} by that number.")
    return value


def id_of(noun: str) -> AfterValidator:
    """Return what makes a text an id in an address; one that cannot be is a 404 of that *noun*."""
    return AfterValidator(partial(_could_be_an_id, noun))


def number_of(noun: str) -> BeforeValidator:
    """Return what makes a whole number one in an address, as `id_of` does."""
    return BeforeValidator(partial(_could_be_a_number, noun))


# Which channels there are is asked at each request: importing this module finds nothing.
def known_channels() -> list[str]:
    """Return the names of the channels there are."""
    return list(known())


def _own_channels() -> list[str]:
    """Those where an agent's address is its id."""
    return [name for name, one in known().items() if one.own_addresses]


def _chat_channels() -> list[str]:
    """Every channel, and what programs call the network behind most of them."""
    return [*_own_channels(), WHATSAPP, *(name for name in known() if name not in _own_channels())]


def _answered_here(name: str) -> str:
    """Whoever asks waits for the answer here: nothing is sent to a phone."""
    return name if name in _own_channels() else API.name


def _one_of(names: Callable[[], list[str]], value: str) -> str:
    if value not in names():
        *most, last = map(repr, names())
        raise PydanticKnownError("literal_error", {"expected": f"{', '.join(most)} or {last}"})
    return value


def _listed(names: Callable[[], list[str]], schema: dict[str, Any]) -> None:
    schema["enum"] = names()


AnyChannel = Annotated[
    str,
    AfterValidator(partial(_one_of, known_channels)),
    Field(json_schema_extra=partial(_listed, known_channels)),
]
ChatChannel = Annotated[
    str,
    AfterValidator(partial(_one_of, _chat_channels)),
    AfterValidator(_answered_here),
    Field(
        description="where the customer writes; the reply is always in this answer, and a name of "
        f"somebody else's channel ({WHATSAPP}, twilio, ...) means the same as {API.name}",
        json_schema_extra=partial(_listed, _chat_channels),
    ),
]
Which = Annotated[str, StringConstraints(pattern=r"^(draft|[1-9][0-9]{0,8})$")]
AgentId = Annotated[str, id_of("agent")]


class AgentPath(BaseModel):
    """The agent's id in the address."""

    agent_id: AgentId


class SourcePath(AgentPath):
    """The agent's id and the source's in the address."""

    source_id: Annotated[str, id_of("source")]


class TakenFrom(Body):
    """Whom a source is taken from, besides the agent in the address."""

    taken_from: str = Field(
        "", max_length=4_000, description="the ids of the other agents that lose it, with commas"
    )


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """What is wrong, in sentences."""

    message: str
    fields: list[FieldProblem] = []


class ProblemOut(BaseModel):
    """The answer to a request that cannot be done."""

    error: Problem


class Revised(Body):
    """What may name the draft that it is about."""

    revision: int | None = Field(
        None, ge=1, le=2**31, description="as it was read; guards against a lost change"
    )


# Every field of a spec, each optional: what is not sent stays as it is.
_OPTIONAL: dict[str, Any] = {
    name: (field.annotation | None, None)  # type: ignore[operator]
    for name, field in Spec.model_fields.items()
}
AgentChange = create_model(
    "AgentChange",
    __base__=Revised,
    **_OPTIONAL,
)


class ShownIn(Body):
    """An experiment of this agent, or a notebook that shows something."""

    experiment: str = Field("", max_length=64, description="its id")
    notebook: str = Field(
        "", max_length=200, description="the id of a run, or its file's name: not verified"
    )
    sha256: str = Field("", max_length=64, pattern=r"^([0-9a-f]{64})?$", description="of its file")

    @model_validator(mode="after")
    def _one(self) -> "ShownIn":
        if bool(self.experiment) == bool(self.notebook):
            raise ValueError("Give either an experiment or a notebook.")
        return self

    def shown(self) -> Shown:
        """Return what a release keeps."""
        if self.experiment:
            return Shown("experiment", self.experiment)
        return Shown("notebook", self.notebook, self.sha256)


class ReleaseIn(Body):
    """Which version shall answer where."""

    channel: AnyChannel
    address: str = Field(
        "", max_length=200, description="empty: the agent's id on api and web, our Twilio number"
    )
    note: str = Field("", max_length=2_000, description="why, for whoever reads the history")
    version: int | None = Field(
        None, ge=1, le=2**31, description="an existing number (a roll-back); empty: the draft"
    )
    revision: int | None = Field(
        None, ge=1, le=2**31, description="of the draft that was looked at; empty: as it is now"
    )
    replaces: str = Field(
        "", max_length=64, description="the id of the agent that falls silent on that address"
    )
    override: str = Field(
        "", max_length=2_000, description="why it goes out below its bar; an admin's sentence"
    )
    evidence: list[ShownIn] = Field([], max_length=20, description="kept with the release")
    share: float = Field(
        1.0, gt=0, le=1, description="of the customers there; below 1 what answers the rest stays"
    )
    settles_after: int = Field(
        0,
        ge=0,
        le=MOST_CUSTOMERS,
        description="customers after which a share ends itself; 0: never",
    )


class DuplicateIn(Body):
    """What the copy of an agent is called."""

    name: str = Field(min_length=1, max_length=80)


class AgentsQuery(Page):
    """Which agents are listed."""

    archived: bool = Field(False, description="true: those that were put away")


class ChatIn(Body):
    """One message of a customer."""

    agent_id: AgentId
    message: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000)
    ]
    conversation_id: Short | None = Field(None, description="empty: a new conversation")
    channel: ChatChannel = API.name


class ReleaseOut(Out):
    """Where a version answers."""

    channel: str
    address: str
    version: int


class AgentOut(Out):
    """An agent as it is edited."""

    id: str
    name: str
    revision: int
    archived: bool
    created_at: float
    updated_at: float
    draft: Spec
    released: list[ReleaseOut]


class AgentsOut(Listed):
    """The agents in use, newest change first."""

    agents: list[AgentOut]


class VersionOut(Out):
    """A version: a draft as it was when it was released for the first time."""

    id: str
    agent_id: str
    number: int
    label: str
    note: str
    created_by: str
    created_at: float
    spec: Spec
    evidence: dict[str, Any] = Field({}, description="how it did when it was last released")


class VersionsOut(Listed):
    """The versions of an agent, newest first."""

    versions: list[VersionOut]


class NoticeOut(Out):
    """What was not kept of a source that was read all the same."""

    code: str
    count: int
    where: list[str]
    sentence: str


class SourceOut(Out):
    """A file or page, and how far it has been read."""

    id: str
    base_id: str
    kind: str
    name: str
    url: str
    state: str
    done: int
    total: int
    ends_at: float  # when the reading is expected to end, in Unix seconds; 0: not known
    error: str
    error_code: str
    notices: list[NoticeOut]


class SourcesOut(BaseModel):
    """The sources an agent's draft looks into."""

    sources: list[SourceOut]


class TakenSource(BaseModel):
    """A source that will be read."""

    id: str
    name: str


class TakenOut(BaseModel):
    """What will be read; `GET` of the same address says how far it is."""

    sources: list[TakenSource]


class UsageOut(BaseModel):
    """What an answer cost."""

    model: str
    input_tokens: int
    output_tokens: int
    cost: float


class ChatOut(BaseModel):
    """The agent's reply. Empty when a person owns the conversation."""

    reply: str
    outcome: str
    citations: list[dict[str, Any]]
    version: str
    usage: UsageOut
    conversation_id: str
