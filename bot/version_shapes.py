"""What the API takes and gives about versions, releases and what differs."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from bot.bodies import Body, Out
from bot.lists import Listed
from bot.schemas import AgentPath, AnyChannel, Revised, Which, number_of


class CheckIn(Body):
    """Which release is looked at."""

    channel: AnyChannel
    address: str = Field("", max_length=200)
    version: int | None = Field(None, ge=1, le=2**31, description="empty: the draft")


class RestoreIn(Revised):
    """Which draft is replaced."""


class VersionPath(AgentPath):
    """The agent's id and the version's number in the address."""

    number: Annotated[int, number_of("version")]


class DifferenceQuery(Body):
    """What is compared with what."""

    before: Which = Field(description="a version's number, or `draft`")
    after: Which = Field("draft", description="a version's number, or `draft`")


class PastReleaseOut(Out):
    """A version that was let answer on an address."""

    id: int
    channel: str
    address: str
    number: int
    version_id: str
    note: str
    released_by: str
    released_at: float


class PastReleasesOut(Listed):
    """The releases of an agent, newest first."""

    releases: list[PastReleaseOut]


class FindingOut(BaseModel):
    """Something to mend (an error) or to think about (a warning)."""

    level: str
    code: str
    sentence: str


class SilencedOut(BaseModel):
    """The agent that would fall silent, and how many customers wrote there in the last day."""

    agent_id: str
    agent_name: str
    address: str
    wrote: int


class CriterionOut(BaseModel):
    """How one criterion of the bar stands. `why`: `met`, or the reason in one word."""

    criterion: str
    met: bool
    why: str
    value: float | None


class KnownOut(BaseModel):
    """A source that customers would be told otherwise: the reading they are told (0: none) and
    the newest (0: it is still to be read)."""

    source_id: str
    base_id: str
    name: str
    before: int
    after: int


class CheckOut(BaseModel):
    """What a release would meet."""

    findings: list[FindingOut]
    replaced: SilencedOut | None
    evidence: dict[str, Any]
    bar: list[CriterionOut] = []
    knowledge: list[KnownOut]


class PieceOut(BaseModel):
    """A stretch of words that stayed (`same`), went (`gone`) or came (`new`)."""

    kind: str
    text: str


class ChangeOut(BaseModel):
    """One field that differs."""

    field: str
    before: str
    after: str
    pieces: list[PieceOut]


class DifferenceOut(BaseModel):
    """Every field that differs, in the order of the spec."""

    changes: list[ChangeOut]
