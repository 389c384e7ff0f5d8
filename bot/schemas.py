"""What the HTTP API takes and gives. Unknown fields are refused, so that a typing mistake shows."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, create_model
from pydantic_core import PydanticKnownError

from agent.errors import NotFound
from agent.spec import Spec
from channels.registry import known
from channels.web import API

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _could_be_an_id(value: str) -> str:
    """An id that cannot exist names nothing; the database need not be asked about `%00`."""
    if not 1 <= len(value) <= 64 or not value.isascii() or not value.isalnum():
        raise NotFound("There is no agent by that id.")
    return value


# Which channels there are is asked at each request: importing this module finds nothing.
def _channels() -> list[str]:
    return list(known())


def _own_channels() -> list[str]:
    """Those where an agent's address is its id."""
    return [name for name, one in known().items() if one.own_addresses]


def _one_of(names: Callable[[], list[str]], value: str) -> str:
    if value not in names():
        *most, last = map(repr, names())
        raise PydanticKnownError("literal_error", {"expected": f"{', '.join(most)} or {last}"})
    return value


def _listed(names: Callable[[], list[str]], schema: dict[str, Any]) -> None:
    schema["enum"] = names()


AnyChannel = Annotated[
    str,
    AfterValidator(partial(_one_of, _channels)),
    Field(json_schema_extra=partial(_listed, _channels)),
]
OwnChannel = Annotated[
    str,
    AfterValidator(partial(_one_of, _own_channels)),
    Field(json_schema_extra=partial(_listed, _own_channels)),
]
AgentId = Annotated[str, AfterValidator(_could_be_an_id)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AgentPath(BaseModel):
    """The agent's id in the address."""

    agent_id: AgentId


class SourcePath(AgentPath):
    """The agent's id and the source's in the address."""

    source_id: AgentId


class TakenFrom(_Body):
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


class _Revised(_Body):
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
    __base__=_Revised,
    **_OPTIONAL,
)


class ReleaseIn(_Body):
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


class PageIn(_Body):
    """A page to read."""

    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class ChatIn(_Body):
    """One message of a customer."""

    agent_id: AgentId
    message: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000)
    ]
    conversation_id: Short | None = Field(None, description="empty: a new conversation")
    channel: OwnChannel = API.name


class ReleaseOut(BaseModel):
    """Where a version answers."""

    channel: str
    address: str
    version: int


class AgentOut(BaseModel):
    """An agent as it is edited."""

    id: str
    name: str
    revision: int
    archived: bool
    created_at: float
    updated_at: float
    draft: Spec
    released: list[ReleaseOut]


class AgentsOut(BaseModel):
    """The agents in use, newest change first."""

    agents: list[AgentOut]


class VersionOut(BaseModel):
    """A version: a draft as it was when it was released for the first time."""

    id: str
    agent_id: str
    number: int
    label: str
    note: str
    created_by: str
    created_at: float
    spec: Spec


class VersionsOut(BaseModel):
    """The versions of an agent, newest first."""

    versions: list[VersionOut]


class NoticeOut(BaseModel):
    """What was not kept of a source that was read all the same."""

    code: str
    count: int
    where: list[str]
    sentence: str


class SourceOut(BaseModel):
    """A file or page, and how far it has been read."""

    id: str
    base_id: str
    kind: str
    name: str
    url: str
    state: str
    done: int
    total: int
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
