"""Whoever treats channels differently reads the record: change it, and they do otherwise.

Each test runs the same channel with one capability on and off.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from actions import releases
from actions.checks import check
from actions.releases import Wish
from actions.services import Services
from actions.world import world_of
from agent.actor import Actor
from agent.answer import Answer, Handoff
from agent.errors import Invalid
from agent.settings import Settings
from agent.spec import ConversationRules, ModelChoice, Spec
from bot import failures
from bot.webhooks import webhooks
from channels.base import Call, Place
from channels.registry import known
from jobs import deliver, turn
from jobs.context import WorkerContext
from store.agents.agents import Agents
from store.conversations.inbox import Accepted, Inbound, Inbox
from store.conversations.owners import Owners
from store.spool import Spool
from store.tables import outbox
from studio.pages import channels as page
from studio.pages import channels_view
from studio.pages.guided import usual_place
from studio.state import Studio
from tests.fakes import Clock
from tests.jobs.conftest import OURS
from tests.jobs.fakes import EchoRuntime, MemoryChannel
from tests.parts import changed
from tests.studio.conftest import Caller, House, RememberingWakeUp, open_house

Write = Callable[..., Accepted]
DAY = 24 * 3600.0
ANA = Actor("ana@example.com", "editor")
EDITOR = Caller("editor@example.com")
on_and_off = pytest.mark.parametrize("holds", [True, False])


@dataclass
class Typist(MemoryChannel):
    """Also remembers where it showed that an answer is being written."""

    typed: list[Place] = field(default_factory=list)

    def typing(self, place: Place) -> None:
        """Remember it."""
        self.typed.append(place)


@pytest.fixture
def channel() -> Typist:
    return Typist()


def told(services: Services, clock: Clock, **facts: object) -> Services:
    """Return *services* whose Twilio is as *facts* say, in the stores too."""
    record = replace(services.channels["twilio"], **facts)  # type: ignore[arg-type]
    records, database = {**services.channels, "twilio": record}, services.database
    return changed(
        services,
        channels=records,
        agents=Agents(database, records, clock),
        inbox=Inbox(database, records, clock),
        owners=Owners(database, records, clock),
    )


def worker(context: WorkerContext, **facts: object) -> WorkerContext:
    return replace(context, services=told(context.services, context.clock, **facts))  # type: ignore[arg-type]


def rows(context: WorkerContext) -> list[tuple[str, str, str]]:
    """What goes out: kind, words and code of each row."""
    query = select(outbox.c.kind, outbox.c.body, outbox.c.error_code).order_by(outbox.c.id)
    with context.services.database.read() as tx:
        return [(one.kind, one.body, one.error_code) for one in tx.execute(query)]


def answered(context: WorkerContext, write: Write, clock: Clock, text: str = "hola") -> int:
    here = write(text, sid=f"SM-{text[:9]}").conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    return here


def ruled(context: WorkerContext, **rules: object) -> None:
    """Release an agent with other rules on our number."""
    agents = context.services.store.agents
    spec = Spec(name="Vera", conversation=ConversationRules(**rules))  # type: ignore[arg-type]
    agents.release_draft(agents.create(spec, "ana"), "twilio", OURS, "ana")


# --- the turn


@on_and_off
def test_one_by_one_is_answered_without_waiting_for_a_burst(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime, holds: bool
) -> None:
    turn.take(worker(context, one_by_one=holds), write("hola").conversation_id)
    assert runtime.asked == ([["hola"]] if holds else [])


@on_and_off
def test_writing_is_shown_where_it_can_be(
    context: WorkerContext, write: Write, clock: Clock, channel: Typist, holds: bool
) -> None:
    answered(worker(context, typing=holds), write, clock)
    assert len(channel.typed) == holds


@on_and_off
def test_choices_are_buttons_where_there_are_buttons(
    context: WorkerContext, write: Write, clock: Clock, holds: bool
) -> None:
    ruled(context, buttons=True)
    text = "¿Qué día prefiere?\n- Lunes\n- Martes"
    answered(worker(context, buttons=holds), write, clock, text)
    assert [kind for kind, _, _ in rows(context)] == ["buttons" if holds else "text"]


def test_an_answer_is_cut_to_the_limit_and_written_in_the_marks(
    context: WorkerContext, write: Write, clock: Clock
) -> None:
    ruled(context, max_parts=5)
    shouting = worker(context, text_limit=12, marks=lambda text, _facts: text.upper())
    answered(shouting, write, clock, "uno dos tres cuatro cinco")
    said = [body for _, body, _ in rows(context)]
    assert " ".join(said) == "UNO DOS TRES CUATRO CINCO"
    assert max(map(len, said)) <= 12 < len(" ".join(said))


@on_and_off
def test_a_desk_is_told_why_a_conversation_is_passed_on(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime, holds: bool
) -> None:
    runtime.answer_with = Answer("Le paso.", "handed_off", handoff=Handoff("pide una persona"))
    answered(worker(context, desk=holds), write, clock)
    assert [kind for kind, _, _ in rows(context)] == (["text", "handoff"] if holds else ["text"])


# --- the delivery


@on_and_off
def test_a_desk_is_asked_before_each_send(
    context: WorkerContext, write: Write, clock: Clock, channel: Typist, holds: bool
) -> None:
    here = answered(worker(context, desk=holds), write, clock)
    channel.closed = "A person speaks."
    deliver.send(worker(context, desk=holds), here)
    assert channel.taken == ([] if holds else ["hola"])


@on_and_off
def test_a_desk_is_told_of_a_hand_back(
    context: WorkerContext, write: Write, clock: Clock, holds: bool
) -> None:
    here, owners = write("hola").conversation_id, worker(context, desk=holds).services.store.owners
    owners.take_over(here, "ana")
    owners.hand_back(here, "ana")
    assert [kind for kind, _, _ in rows(context)] == (["handback"] if holds else [])


@pytest.mark.parametrize(("window", "taken"), [(None, ["hola"]), (3600.0, []), (DAY, ["hola"])])
def test_the_window_is_the_channels(
    context: WorkerContext,
    write: Write,
    clock: Clock,
    channel: Typist,
    window: float | None,
    taken: list[str],
) -> None:
    here = answered(context, write, clock)
    clock.pass_seconds(2 * 3600)
    deliver.send(worker(context, window_seconds=window), here)
    assert channel.taken == taken


@pytest.mark.parametrize("named", ["hello:en", "", None])
def test_a_late_reply_is_the_template_that_the_channel_has(
    context: WorkerContext, write: Write, clock: Clock, named: str | None
) -> None:
    here = answered(context, write, clock)
    clock.pass_seconds(2 * DAY)
    template = None if named is None else lambda _settings: named
    deliver.send(worker(context, late_template=template), here)
    [(kind, _, code)] = rows(context)
    assert (kind, code) == (("template", "") if named else ("text", "window"))


# --- the stores


@on_and_off
def test_words_of_an_opt_out_are_honoured_where_they_count(
    context: WorkerContext, holds: bool
) -> None:
    store = worker(context, honours_opt_out=holds).services.store
    [here] = store.inbox.accept([Inbound("twilio", "SM1", OURS, "whatsapp:+52", "BAJA")])
    assert bool(store.conversations.get(here.conversation_id).opted_out_at) is holds


@on_and_off
def test_an_agent_with_an_address_of_its_own_answers_there_unreleased(
    context: WorkerContext, holds: bool
) -> None:
    agents = worker(context, own_addresses=holds).services.store.agents
    [sofia] = agents.list()
    assert bool(agents.answering("twilio", sofia.id)) is holds


# --- releases


@on_and_off
def test_an_own_address_is_the_agents_id(context: WorkerContext, clock: Clock, holds: bool) -> None:
    services = told(context.services, clock, own_addresses=holds)
    agent = services.store.agents.list()[0]
    wish = Wish(agent.id, "twilio", "")
    usual = services.settings.twilio_address
    assert releases.address_of(services, agent, wish) == (agent.id if holds else usual)


def test_an_address_is_spelled_and_supplied_by_the_channel(
    context: WorkerContext, clock: Clock
) -> None:
    facts = {"address_form": "loft-{number}", "our_address": lambda _settings: "7"}
    services = told(context.services, clock, **facts)
    agent = services.store.agents.list()[0]
    for given, wanted in (("", "loft-7"), ("+52 55", "loft-5255"), ("loft-9", "loft-9")):
        assert releases.address_of(services, agent, Wish(agent.id, "twilio", given)) == wanted
    with pytest.raises(Invalid, match="twilio"):
        releases.address_of(services, agent, Wish(agent.id, "owl", "x"))


@pytest.mark.parametrize(
    ("live", "server", "codes"),
    [
        (True, "https://api.example.com", {"offline_live", "sample_live"}),
        (True, "http://127.0.0.1:1", set()),
        (False, "https://api.example.com", set()),
    ],
)
def test_only_a_real_channel_keeps_the_built_in_model_and_samples_off(
    context: WorkerContext, clock: Clock, live: bool, server: str, codes: set[str]
) -> None:
    facts = {"live": live, "server": lambda _: server, "credentials": lambda _: ("AC1",)}
    services = told(context.services, clock, **facts)
    spec = Spec(name="Sofía", brand="Rueda Clara", model=ModelChoice(name="offline"))
    found = {one.code for one in check(spec, world_of(services, spec), "twilio")}
    assert found & {"offline_live", "sample_live"} == codes


# --- webhooks


@pytest.mark.parametrize("status", [500, 503])
def test_a_webhook_that_cannot_be_kept_is_refused_as_its_provider_wants(
    context: WorkerContext, clock: Clock, tmp_path: Path, status: int
) -> None:
    services = told(context.services, clock, refused_status=status)
    (tmp_path / "spool").write_text("no folder can be made here")

    class Receiver:
        """Reads one message out of anything."""

        name = "twilio"
        acknowledgement = ("", "text/plain")

        def read(self, _call: Call) -> list[Inbound]:
            return [Inbound("twilio", "SM1", OURS, "whatsapp:+52", "hola")]

    def gone(_channel: str, _events: object) -> None:
        raise OperationalError("insert", {}, Exception("the database is away"))

    app = Flask("bot")
    failures.register(app)
    spool = Spool(tmp_path / "spool", gone)
    app.register_blueprint(webhooks(services, {"/webhooks/it": Receiver()}, spool))
    assert app.test_client().post("/webhooks/it").status_code == status


# --- the studio's pages


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    house = open_house(settings, RememberingWakeUp())
    yield house
    house.answering.runtime.close()
    house.services.database.close()


def studio_of(house: House, clock: Clock, **facts: object) -> Studio:
    return replace(house, services=told(house.services, clock, **facts)).studio("en")


@on_and_off
def test_staff_write_first_only_where_they_may(house: House, clock: Clock, holds: bool) -> None:
    studio = studio_of(house, clock, writable_first=holds)
    told_to = (f"twilio {OURS}", "+525512345678", "Hola")
    if holds:
        assert page.test(studio, EDITOR, *told_to).conversation_id
    else:
        with pytest.raises(Invalid):
            page.test(studio, EDITOR, *told_to)


@on_and_off
def test_only_what_can_be_asked_is_checked(house: House, clock: Clock, holds: bool) -> None:
    asks = known()["twilio"].check_up if holds else None
    studio = studio_of(house, clock, check_up=asks)
    shown = [one.channel.name for one in page.first(studio, EDITOR).providers]
    assert ("twilio" in shown) is holds
    if holds:
        assert page.check(studio, EDITOR, "check", "twilio").findings
    else:
        with pytest.raises(Invalid):
            page.check(studio, EDITOR, "check", "twilio")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"text_limit": 1234}, "1,234 characters a message"),
        ({"window_seconds": 7200.0}, "free text for 2 hours"),
        ({"late_template": lambda _: ""}, "approved templates"),
        ({"buttons": True}, "buttons"),
        ({"forms": True}, "forms on one screen"),
        ({"typing": True}, "shows that an answer is being written"),
        ({"desk": True}, "with a desk of its own"),
        ({"price": 0.005}, "0.005 US dollars a message"),
        ({"price": None}, "price of a message not known here"),
    ],
)
def test_what_a_message_may_be_is_shown(
    house: House, clock: Clock, facts: dict[str, object], words: str
) -> None:
    nothing = {
        "window_seconds": None,
        "late_template": None,
        "buttons": False,
        "forms": False,
        "typing": False,
        "desk": False,
        "price": 0.0,
    }
    studio = studio_of(house, clock, **{**nothing, **facts})
    assert words in channels_view.abilities(studio, studio.services.channels["twilio"])
    plain = studio_of(house, clock, **nothing)
    assert words not in channels_view.abilities(plain, plain.services.channels["twilio"])


def test_the_guided_path_and_the_form_lead_to_the_channel_that_is_simulated(
    house: House, clock: Clock
) -> None:
    records = {**house.services.channels}
    records["twilio"] = replace(records["twilio"], simulated=False)
    records["meta"] = replace(records["meta"], simulated=True, our_address=lambda _: "loft")
    services = replace(house.services, channels=records)
    assert services.usual_channel.name == "meta"
    assert usual_place(services) == ("meta", "loft")
