"""The API's turns: what was asked and answered, by whom, at what cost, and why."""

from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from actions import conversations as acts
from actions.services import Services
from agent.answer import Outcome
from agent.errors import Invalid
from bot.access import needs
from bot.bodies import Body, Out
from bot.lists import BY_MOMENT_AND_WORD, List, Listed, Page
from bot.schemas import AgentId, AnyChannel, id_of
from store.conversations.turn_list import TurnFilters
from store.states import Owner, Verdict

TURNS = Tag(name="turns", description="What was asked and answered, and why")
Json = dict[str, Any]
When = Annotated[float, Field(ge=0, le=2.0**40)]
Money = Annotated[float, Field(ge=0, le=1e9)]


class TurnPath(Body):
    """The turn's id in the address."""

    turn_id: Annotated[str, id_of("turn")]


class TurnsQuery(Page):
    """Which turns are listed."""

    agent: AgentId | None = Field(None, description="an agent's id")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="its number, of that agent")
    channel: AnyChannel | None = None
    conversation: int | None = Field(None, ge=1, le=2**63 - 1)
    outcome: Outcome | None = None
    owner: Owner | None = Field(None, description="who has the word in the conversation now")
    since: When | None = Field(None, description="seconds since 1970")
    until: When | None = Field(None, description="seconds since 1970, that moment not included")
    cost_from: Money | None = Field(None, description="US dollars")
    cost_to: Money | None = Field(None, description="US dollars")
    text: str = Field("", max_length=200, description="in what was asked or said")
    handed_off: bool | None = Field(None, description="whether a person was wanted")
    missed: bool | None = Field(None, description="whether nothing was found for the question")

    label: Verdict | None = Field(None, description="what somebody said of it")
    labelled: bool | None = Field(None, description="whether anybody said anything of it")

    @property
    def filters(self) -> TurnFilters:
        """The same in the store's words. Raises Invalid for a version of no agent."""
        if self.version is not None and self.agent is None:
            raise Invalid("Send the agent whose version you mean.")
        sent = self.model_dump(exclude={"cursor", "limit", "agent", "conversation"})
        sent |= {"agent_id": self.agent or "", "conversation_id": self.conversation}
        return TurnFilters(**{**sent, "channel": self.channel or ""})


class TurnOut(Out):
    """A turn: the customer's words that it answered, and what became of them."""

    id: str
    conversation_id: int
    channel: str
    agent_id: str | None
    agent_name: str | None
    version: int | None
    version_id: str | None
    question: str
    answer: str
    outcome: Outcome
    owner: Owner
    handoff_reason: str
    missed: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: float
    citations: list[dict[str, Any]]
    error: str
    started_at: float
    finished_at: float


class TurnsOut(Listed):
    """Turns, the latest first."""

    turns: list[TurnOut]


class TurnTraceOut(Out):
    """A turn with every step that led to what was said."""

    id: str
    conversation_id: int
    question: str
    answer: str
    outcome: Outcome
    version_id: str | None
    version: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: float
    citations: list[dict[str, Any]]
    trace: list[dict[str, Any]]
    error: str
    started_at: float
    finished_at: float


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    store = services.store

    @blueprint.get("/turns", tags=[TURNS], responses={200: TurnsOut})
    @needs("viewer")
    def list_turns(query: TurnsQuery) -> Response:
        """List turns with what was asked and said

        That they were read stands in the audit log.
        """
        filters = query.filters
        acts.read_turns(services, g.actor, _sentence(query))

        def fetch(after: tuple[float, str] | None, limit: int) -> Any:
            return store.turn_list.page(filters, after, limit)

        rows = List("turns", BY_MOMENT_AND_WORD, fetch, lambda one: one.key, TurnOut.of)
        return rows.answer(query)

    @blueprint.get("/turns/<turn_id>", tags=[TURNS], responses={200: TurnTraceOut})
    @needs("viewer")
    def read_turn(path: TurnPath) -> Json:
        """See why an agent said it

        That it was read stands in the audit log.
        """
        turn = acts.read_turn(services, g.actor, path.turn_id)
        asked, said = store.conversations.asked(turn.id), store.conversations.said(turn.id)
        return TurnTraceOut.of({**vars(turn), "question": asked, "answer": said})


def _sentence(query: TurnsQuery) -> str:
    """Say by what was filtered. What was searched for may be a customer's word: that it was."""
    sent = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "limit"})
    if "text" in sent:
        sent["text"] = "…"
    return ", ".join(f"{name} {value}" for name, value in sent.items())
