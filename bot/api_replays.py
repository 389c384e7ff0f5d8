"""The API's replays: recorded conversations played to a candidate, and what needs no model."""

from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import ConfigDict, Field, StringConstraints

from actions import replays as acts
from actions.replays import Wanted
from actions.services import Services
from agent.tried_words import TriedWords
from bot.access import needs
from bot.api_experiments import CandidateIn, CandidateOut, MoreMoney, ProgressOut, chosen_of
from bot.api_turns import TurnOut, When
from bot.lists import BY_MOMENT_AND_WORD, BY_NUMBER, List, Listed, Page
from bot.schemas import AgentPath, AnyChannel, Body, Out, id_of
from store.conversations.turn_list import TurnFilters
from store.evaluation.replays import MOST_CONVERSATIONS, Replay
from store.states import Verdict

REPLAYS = Tag(name="replays", description="Recorded conversations played to a candidate")
DAY = 86_400.0
Json = dict[str, Any]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
ManyWords = list[Words]


class ReplayPath(Body):
    """The replay's id in the address."""

    replay_id: Annotated[str, id_of("replay")]


class Recorded(Body):
    """Which recorded conversations: those in which the agent had such a turn."""

    days: float | None = Field(None, gt=0, le=3_660, description="the last so many; else `since`")
    since: When | None = Field(None, description="seconds since 1970")
    until: When | None = Field(None, description="seconds since 1970, that moment not included")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="that answered, its number")
    channel: AnyChannel | None = None
    label: Verdict | None = Field(None, description="what somebody said of the turn")
    most: int = Field(1_000, ge=1, le=MOST_CONVERSATIONS, description="conversations, latest first")

    def wanted(self, now: float) -> Wanted:
        """The same in the words of the act."""
        since = now - self.days * DAY if self.days is not None else self.since
        filters = TurnFilters(
            version=self.version,
            channel=self.channel or "",
            since=since,
            until=self.until,
            label=self.label,
        )
        return Wanted(filters, self.most)


class ReplayIn(Recorded):
    """A replay. The workers play it beside the customers, and nothing is sent to anybody."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"days": 7, "candidate": {"version": "draft"}, "most": 200}}
    )

    candidate: CandidateIn = CandidateIn(version="draft")
    name: str = Field("", max_length=120)
    cost_limit: float = Field(0, ge=0, description="US dollars; 0: none")


class SumsOut(Out):
    """What was found so far, then and now. A stretch is the smallest piece that both cut alike."""

    conversations: int
    changed: int
    stretches: int
    changes: dict[str, int]
    turns_then: int
    turns_now: int
    handed_then: int
    handed_now: int
    cost_then: float
    cost_now: float


class ReplayOut(Out):
    """A replay."""

    id: str
    agent_id: str
    name: str
    candidate: CandidateOut
    since: float
    until: float
    cost_limit: float
    cost: float
    state: str
    created_by: str
    created_at: float
    finished_at: float | None


class ReplayWithSums(ReplayOut):
    """A replay, how far it is (`passed`: nothing changed), and what was found."""

    progress: ProgressOut
    sums: SumsOut


class ReplaysOut(Listed):
    """The replays of an agent, newest first."""

    replays: list[ReplayOut]


class ReplyOut(Out):
    """One turn: which messages of the customer it took, and what came of it."""

    messages: list[int]
    text: str
    outcome: str
    handoff_reason: str
    cost: float
    started_at: float
    error: str
    parts: int


class StretchOut(Out):
    """The same messages, then and now. `changes`: text, outcome, bursts, handoff."""

    asked: list[str]
    then: list[ReplyOut]
    now: list[ReplyOut]
    changes: list[str]


class ReplayRowOut(Out):
    """One conversation of a replay."""

    id: int
    conversation_id: int
    state: str
    stretches: list[StretchOut]
    changes: int
    cost: float
    error: str


class ReplayRowsOut(Listed):
    """The conversations of a replay."""

    rows: list[ReplayRowOut]


class ReplayRowsQuery(Page):
    """Which conversations are listed."""

    changed: bool = Field(False, description="only those that went otherwise")


class WindowOut(Out):
    """What would have come of one window."""

    quiet_seconds: float
    turns: int
    answered_twice: int
    seconds_waited: float
    seconds_a_turn: float
    share_twice: float
    cost: float


class WindowsOut(Out):
    """What windows of 0 to 10 seconds would have done; `suggested` is null where few wrote."""

    windows: list[WindowOut]
    suggested: float | None


class TriedWordsIn(Recorded):
    """Words of an agent, as they stand in its spec, that are tried on its turns."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"days": 7, "handoff_words": ["abogado", "lawyer"]}}
    )

    handoff_words: ManyWords = Field([], max_length=100)
    handoff_topics: ManyWords = Field([], max_length=100)
    forbidden_topics: ManyWords = Field([], max_length=100)

    @property
    def words(self) -> TriedWords:
        """The same in the words of the act."""
        return TriedWords(
            tuple(self.handoff_words), tuple(self.handoff_topics), tuple(self.forbidden_topics)
        )


class HitOut(Out):
    """handed_over: a person would have been called; stopped: the answer would not have gone out."""

    effect: str
    word: str


class TriedTurnOut(Out):
    """A turn that would have gone otherwise."""

    turn: TurnOut
    hit: HitOut


class TriedOut(Out):
    """On how many turns the words were tried, and which of them would have gone otherwise."""

    turns: int
    found: list[TriedTurnOut]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _started(blueprint, services)
    _read(blueprint, services)
    _without_model(blueprint, services)


def _started(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.post("/agents/<agent_id>/replays", tags=[REPLAYS], responses={201: ReplayWithSums})
    @needs("agent")
    def start_replay(path: AgentPath, body: ReplayIn) -> tuple[Json, int]:
        """Play recorded conversations to a candidate"""
        made = acts.start(
            services,
            g.actor,
            path.agent_id,
            body.wanted(services.store.replays.now),
            chosen_of(services, path.agent_id, body.candidate),
            name=body.name,
            cost_limit=body.cost_limit,
        )
        return _shown(services, made), 201

    @blueprint.post("/replays/<replay_id>/stop", tags=[REPLAYS], responses={200: ReplayWithSums})
    @needs("agent")
    def stop_replay(path: ReplayPath) -> Json:
        """Play nothing more

        What was played stays.
        """
        acts.stop(services, g.actor, path.replay_id)
        return _shown(services, path.replay_id)

    @blueprint.post("/replays/<replay_id>/resume", tags=[REPLAYS], responses={200: ReplayWithSums})
    @needs("agent")
    def resume_replay(path: ReplayPath, body: MoreMoney) -> Json:
        """Go on with one that was stopped, or that had cost what it might"""
        acts.resume(services, g.actor, path.replay_id, body.cost_limit)
        return _shown(services, path.replay_id)


def _read(blueprint: APIBlueprint, services: Services) -> None:
    replays = services.store.replays

    @blueprint.get("/agents/<agent_id>/replays", tags=[REPLAYS], responses={200: ReplaysOut})
    @needs("viewer")
    def list_replays(path: AgentPath, query: Page) -> Response:
        """List the replays of an agent, newest first"""
        agent_id = services.store.agents.get(path.agent_id).id

        def fetch(before: tuple[float, str] | None, most: int) -> Any:
            return replays.of(agent_id, before, most)

        return List("replays", BY_MOMENT_AND_WORD, fetch, _place, ReplayOut.of).answer(query)

    @blueprint.get("/replays/<replay_id>", tags=[REPLAYS], responses={200: ReplayWithSums})
    @needs("viewer")
    def read_replay(path: ReplayPath) -> Json:
        """Read one replay, how far it is, and what went otherwise"""
        return _shown(services, path.replay_id)

    @blueprint.get("/replays/<replay_id>/rows", tags=[REPLAYS], responses={200: ReplayRowsOut})
    @needs("viewer")
    def list_replay_rows(path: ReplayPath, query: ReplayRowsQuery) -> Response:
        """List the conversations of a replay, then and now

        That they were read stands in the audit log.
        """
        replay_id = acts.read(services, g.actor, path.replay_id)

        def fetch(after: int | None, most: int) -> Any:
            return replays.rows(replay_id, after or 0, most, only_changed=query.changed)

        return List("rows", BY_NUMBER, fetch, lambda row: row.id, ReplayRowOut.of).answer(query)


def _without_model(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/agents/<agent_id>/bursts", tags=[REPLAYS], responses={200: WindowsOut})
    @needs("viewer")
    def try_windows(path: AgentPath, query: Recorded) -> Json:
        """See what windows for bursts would have cost and saved

        No model is asked: it is worked out from when customers wrote.
        """
        wanted = query.wanted(services.store.replays.now)
        return WindowsOut.of(acts.windows(services, path.agent_id, wanted))

    @blueprint.post("/agents/<agent_id>/tried-words", tags=[REPLAYS], responses={200: TriedOut})
    @needs("agent")
    def try_words(path: AgentPath, body: TriedWordsIn) -> Json:
        """See which turns hand-off words and forbidden topics would have changed

        No model is asked, and nothing is saved.
        """
        wanted = body.wanted(services.store.replays.now)
        return TriedOut.of(acts.try_words(services, g.actor, path.agent_id, body.words, wanted))


def _place(replay: Replay) -> tuple[float, str]:
    return replay.created_at, replay.id


def _shown(services: Services, replay_id: str) -> Json:
    replays = services.store.replays
    found = replays.get(replay_id)
    return {
        **ReplayOut.of(found),
        "progress": ProgressOut.of(replays.progress(replay_id)),
        "sums": SumsOut.of(replays.sums(replay_id)),
    }
