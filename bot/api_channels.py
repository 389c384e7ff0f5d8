"""The API's channels: what is connected, whether it works, silence on all of them, and limits."""

from dataclasses import asdict
from typing import Annotated, Any

from flask import g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import AfterValidator, BaseModel, Field

from actions import bars, conversations
from actions import channels as acts
from actions.checkup import addresses
from actions.services import Services
from agent.errors import NotFound
from bot.access import needs
from bot.bodies import Body
from bot.schemas import ReleaseOut, known_channels
from channels.record import ChannelRecord
from store.erasure import DEFAULT_DAYS
from store.switches import PAUSED, RETENTION

CHANNELS = Tag(name="channels", description="What is connected, and silence on all of it")
Json = dict[str, Any]
Days = Annotated[int, Field(ge=0, le=conversations.LONGEST_DAYS, description="0: for good")]


def _known(name: str) -> str:
    if name not in known_channels():
        raise NotFound("There is no channel by that name.")
    return name


class ChannelPath(Body):
    """The channel's name in the address."""

    channel: Annotated[str, AfterValidator(_known)]


class FirstWordsIn(Body):
    """A test message."""

    address: str = Field(max_length=200, description="ours, that it comes from")
    number: str = Field(max_length=40, description="a phone number with its country code")
    text: str = Field(min_length=1, max_length=acts.LONGEST_TEST)


class PauseSwitchIn(Body):
    """Whether every agent is to be silent."""

    paused: bool


class ClientScores(Body):
    """Whether scores that people's own programs gave count for bars."""

    counted: bool


class RetentionIn(Body):
    """For how many days things are kept; what is not sent stays."""

    messages: Days | None = None
    media: Days | None = None
    audit: Days | None = None


class PasteOut(BaseModel):
    """Where a provider sends its webhooks, and the field that it is pasted into."""

    label: dict[str, str]
    url: str


class ChannelOut(BaseModel):
    """A channel: what it can do, and what answers on it."""

    name: str
    title: str
    configured: bool = Field(description="there are the credentials to send")
    real: bool = Field(description="a reply would reach a person")
    writable_first: bool
    text_limit: int
    window_seconds: float | None
    buttons: bool
    forms: bool
    typing: bool
    price: float | None
    webhooks: list[PasteOut]
    released: list[ReleaseOut]


class ChannelsOut(BaseModel):
    """The channels of this installation."""

    channels: list[ChannelOut]


class AnswerOut(BaseModel):
    """What one question of a check found out."""

    question: str
    good: bool
    answer: str
    detail: str


class CheckedOut(BaseModel):
    """What a check found out."""

    findings: list[AnswerOut]


class WrittenOut(BaseModel):
    """The conversation that a test message began."""

    conversation_id: int


class PauseSwitchOut(BaseModel):
    """Whether every agent is silent, and who had it so."""

    paused: bool
    set_by: str
    set_at: float


class RetentionOut(BaseModel):
    """For how many days things are kept; 0 is for good."""

    messages: int
    media: int
    audit: int


class LimitsOut(BaseModel):
    """What customers may use (0: without limit), and a token in a minute. Costs are US dollars."""

    messages_a_minute: float
    burst: int
    turns_a_day: int
    cost_a_customer: float
    cost_a_day: float
    unpriced: float
    requests_a_minute: float


class EmbeddingsOut(BaseModel):
    """What new bases are embedded by."""

    provider: str
    model: str
    dimension: int


class InstallationOut(BaseModel):
    """What this installation answers and looks up with."""

    environment: str
    model: str = Field(description="of agents that name none")
    embeddings: EmbeddingsOut
    public_address: str = Field(description="empty: providers reach nothing here")
    bases: int
    agents: int


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _channels(blueprint, services)
    _switches(blueprint, services)


def _channels(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/channels", tags=[CHANNELS], responses={200: ChannelsOut})
    @needs("viewer")
    def list_channels() -> Json:
        """List the channels, and what answers on each"""
        shown = [_shown(services, one) for one in services.channels.values()]
        return ChannelsOut.model_validate({"channels": shown}).model_dump(mode="json")

    @blueprint.post("/channels/<channel>/check", tags=[CHANNELS], responses={200: CheckedOut})
    @needs("editor")
    def check_channel(path: ChannelPath) -> Json:
        """Ask the bot and the provider whether a channel works

        It takes seconds, and writes to nobody.
        """
        found = acts.check(services, g.actor, path.channel)
        return {"findings": [asdict(one) for one in found]}

    @blueprint.post("/channels/<channel>/test", tags=[CHANNELS], responses={202: WrittenOut})
    @needs("editor")
    def write_first(path: ChannelPath, body: FirstWordsIn) -> tuple[Json, int]:
        """Send a test message to a phone number

        It goes the way of every reply.
        """
        whom = (path.channel, body.address, body.number)
        return {"conversation_id": acts.write_first(services, g.actor, *whom, body.text)}, 202


def _switches(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/pause", tags=[CHANNELS], responses={200: PauseSwitchOut})
    @needs("viewer")
    def read_pause() -> Json:
        """See whether the agents are stopped"""
        return _paused(services)

    @blueprint.put("/pause", tags=[CHANNELS], responses={200: PauseSwitchOut})
    @needs("editor")
    def set_pause(body: PauseSwitchIn) -> Json:
        """Stop every agent everywhere, or let them speak again"""
        (acts.stop_agents if body.paused else acts.resume_agents)(services, g.actor)
        return _paused(services)

    @blueprint.get("/retention", tags=[CHANNELS], responses={200: RetentionOut})
    @needs("admin")
    def read_retention() -> Json:
        """See for how long things are kept"""
        return _kept(services)

    @blueprint.put("/retention", tags=[CHANNELS], responses={200: RetentionOut})
    @needs("admin")
    def set_retention(body: RetentionIn) -> Json:
        """Set for how many days things are kept"""
        sent = body.model_dump(exclude_none=True)
        conversations.keep_for(services, g.actor, {**_kept(services), **sent})
        return _kept(services)

    @blueprint.get("/client-scores", tags=[CHANNELS], responses={200: ClientScores})
    @needs("viewer")
    def read_client_scores() -> Json:
        """See whether scores that people's own programs gave count for bars"""
        return {"counted": bars.counts_clients(services)}

    @blueprint.put("/client-scores", tags=[CHANNELS], responses={200: ClientScores})
    @needs("admin")
    def set_client_scores(body: ClientScores) -> Json:
        """Let scores that people's own programs gave count for bars, or not"""
        bars.count_clients(services, g.actor, body.counted)
        return {"counted": bars.counts_clients(services)}

    @blueprint.get("/installation", tags=[CHANNELS], responses={200: InstallationOut})
    @needs("viewer")
    def read_installation() -> Json:
        """See what this installation answers and looks up with"""
        settings = services.settings
        provider, model, dimension = services.embedders.default()
        return {
            "environment": settings.environment,
            "model": settings.model_in_force,
            "embeddings": {"provider": provider, "model": model, "dimension": dimension},
            "public_address": settings.public_base_url,
            "bases": len(services.sources.bases()),
            "agents": services.store.agents.count(),
        }

    @blueprint.get("/limits", tags=[CHANNELS], responses={200: LimitsOut})
    @needs("viewer")
    def read_limits() -> Json:
        """See what customers, and tokens, may use"""
        settings = services.settings
        a_minute = settings.api_requests_a_minute
        return {**asdict(settings.limits), "requests_a_minute": a_minute}


def _paused(services: Services) -> Json:
    found = services.store.switches.switch(PAUSED)
    if found is None:
        return {"paused": False, "set_by": "", "set_at": 0.0}
    return {"paused": bool(found.value), "set_by": found.set_by, "set_at": found.set_at}


def _kept(services: Services) -> dict[str, int]:
    kept = services.store.switches.switch(RETENTION)
    return {**DEFAULT_DAYS, **(kept.value if kept else {})}


def _shown(services: Services, one: ChannelRecord) -> Json:
    settings, live = services.settings, services.store.agents.channels()
    here = [release for release in live if release.channel == one.name]
    own = ("configured", "real", "webhooks", "released")
    facts = {name: getattr(one, name) for name in ChannelOut.model_fields if name not in own}
    return {
        **facts,
        "configured": one.is_configured(settings),
        "real": one.is_real(settings),
        "webhooks": [
            {"label": paste.label.model_dump(), "url": paste.url}
            for paste in addresses(settings, one)
        ],
        "released": [
            {"channel": to.channel, "address": to.address, "version": to.number} for to in here
        ],
    }
