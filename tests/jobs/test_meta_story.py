"""A customer on a Meta number is answered: webhook, turn, delivery, callbacks, and trouble."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from werkzeug.datastructures import Headers, MultiDict

from actions.intake import accept
from agent.answer import Answer
from agent.settings import Settings
from agent.spec import ConversationRules, Spec
from channels.base import Call
from channels.meta.receive import MetaReceiver
from channels.meta.send import MetaChannel
from jobs import deliver, turn
from jobs.context import WorkerContext
from simulator import Fault
from simulator import faults as wrong
from tests.fakes import Clock
from tests.jobs.fakes import EchoRuntime
from tests.standins.meta import NUMBER, SECRET, TOKEN, MetaStandin
from tests.standins.server import serve

DAY = 24 * 3600.0
RULES = ConversationRules(buttons=True)
CASES = Path(__file__).parents[1] / "cases"
QUOTED = {"id": "wamid.Q", "type": "text", "text": {"body": "¿y este?"}}


@dataclass
class House:
    """A desk with Meta on both sides."""

    context: WorkerContext
    meta: MetaStandin
    receiver: MetaReceiver
    clock: Clock

    def hooks(self) -> None:
        """Hand over every webhook that waits, each twice."""
        waiting, self.meta.waiting = self.meta.waiting, []
        for raw, headers in waiting * 2:
            call = Call("POST", "", raw, MultiDict(), MultiDict(), Headers(headers))
            accept(self.context.services, "meta", list(self.receiver.read(call)))

    def write(self, text: str) -> int:
        """A customer writes and the agent answers; return the conversation."""
        self.meta.write(text)
        self.hooks()
        self.clock.pass_seconds(10)
        turn.take(self.context, 1)
        return 1

    def send(self) -> float | None:
        """Deliver what is due."""
        return deliver.send(self.context, 1)

    def read(self) -> list[str]:
        """What reached the customer."""
        return [one.words for one in self.meta.taken]

    def last(self) -> tuple[str, str]:
        """The delivery of the last message, and what staff read of it."""
        line = self.context.services.store.conversations.thread(1)[-1]
        return line.delivery, line.error


@pytest.fixture
def house(context: WorkerContext, clock: Clock) -> Iterator[House]:
    meta = MetaStandin(clock=clock)
    with serve(meta.app) as url:
        settings = Settings(
            _env_file=None,
            meta_base_url=url,
            meta_access_token=TOKEN,
            meta_app_secret=SECRET,
            meta_phone_number_id=NUMBER,
            meta_late_template="respuesta:es_MX",
        )
        services = replace(context.services, settings=settings)
        agent_id = services.store.agents.create(Spec(name="Sofía"), "ana")
        services.store.agents.release_draft(agent_id, "meta", NUMBER, "ana")
        with_meta = replace(context, services=services, channels={"meta": MetaChannel(settings)})
        yield House(with_meta, meta, MetaReceiver(settings), clock)


def test_a_message_is_answered_once_and_its_ticks_follow(house: House) -> None:
    house.write("¿Abren hoy?")
    assert house.send() is None
    assert house.read() == ["¿Abren hoy?"]
    house.hooks()
    assert house.last() == ("delivered", "")


@pytest.mark.parametrize(
    "fault", [wrong.RESET_BUT_TAKEN, wrong.FAILED_BUT_TAKEN, wrong.RUBBISH_BUT_TAKEN]
)
def test_an_unknown_send_is_settled_by_its_callback(house: House, fault: Fault) -> None:
    house.meta.faults.sends.append(replace(fault, code=0))
    house.write("hola")
    house.send()
    assert house.last()[0] == "unknown"
    house.hooks()
    house.clock.pass_seconds(120)
    house.send()
    assert house.read() == ["hola"]
    assert house.last()[0] == "delivered"


def test_an_unknown_send_without_a_callback_is_sent_after_the_grace_time(house: House) -> None:
    house.meta.faults.sends.append(wrong.RESET)
    house.write("hola")
    look_at = house.send()
    assert look_at == house.clock.now + MetaChannel.grace_seconds
    house.clock.pass_seconds(30)
    house.send()
    assert house.read() == []
    house.clock.pass_seconds(31)
    house.send()
    assert house.read() == ["hola"]


def test_the_pair_rate_delays_and_loses_nothing(house: House) -> None:
    house.meta.faults.sends.extend([Fault(400, 131056), Fault(400, 131056)])
    house.write("hola")
    for _ in range(3):
        house.send()
        house.clock.pass_seconds(6)
    assert house.read() == ["hola"]


def test_a_day_later_the_reply_is_a_template(house: House) -> None:
    house.write("¿ya\nestá?")
    house.clock.pass_seconds(DAY)
    house.send()
    assert [one.body["type"] for one in house.meta.taken] == ["template"]
    assert house.read() == ["¿ya está?"]


def test_a_reply_that_meta_refuses_later_because_of_the_window_becomes_a_template(
    house: House,
) -> None:
    house.meta.closed.add("5215550001111")
    house.write("¿ya\nestá?")
    house.send()
    house.hooks()
    house.send()
    house.hooks()
    assert [one.body["type"] for one in house.meta.taken] == ["text", "template"]
    assert house.read()[-1] == "¿ya está?"
    assert house.last() == ("delivered", "")


def test_without_a_template_a_window_that_meta_closed_is_told_to_staff(house: House) -> None:
    services = house.context.services
    settings = services.settings.model_copy(update={"meta_late_template": ""})
    house.context = replace(house.context, services=replace(services, settings=settings))
    house.meta.closed.add("5215550001111")
    house.write("hola")
    house.send()
    house.hooks()
    delivery, error = house.last()
    assert delivery == "failed"
    assert "24 hours" in error
    assert len(house.meta.taken) == 1


def test_the_bots_late_words_are_not_sent_again_where_a_person_has_taken_over(
    house: House,
) -> None:
    house.meta.closed.add("5215550001111")
    house.write("hola")
    house.send()
    house.context.services.store.owners.take_over(1, "bia@example.com")
    house.hooks()
    house.send()
    assert [one.body["type"] for one in house.meta.taken] == ["text"]
    assert house.last()[0] == "failed"


def test_a_template_that_fails_later_is_not_tried_for_ever(house: House) -> None:
    house.write("hola")
    house.clock.pass_seconds(DAY)
    house.send()
    house.meta.waiting.clear()
    house.meta.report(house.meta.taken[-1], "failed", 131047)
    house.hooks()
    assert house.send() is None
    assert len(house.meta.taken) == 1
    assert house.last()[0] == "failed"


def test_a_person_in_the_phone_app_silences_the_bot(house: House) -> None:
    house.write("hola")
    echo = {
        "from": "1",
        "to": "5215550001111",
        "id": "wamid.APP",
        "type": "text",
        "text": {"body": "Yo sigo"},
    }
    house.meta._hook({"message_echoes": [echo]})
    house.hooks()
    house.send()
    assert house.read() == []
    house.write("gracias")
    house.send()
    assert house.read() == []


def test_stop_is_confirmed_once_and_then_there_is_silence(house: House) -> None:
    house.write("BAJA")
    house.write("¿hola?")
    house.send()
    assert len(house.read()) == 1
    house.write("ALTA")
    house.write("¿precio?")
    house.send()
    assert house.read()[-1] == "¿precio?"
    assert json.dumps(house.read()).count("precio") == 1


def test_a_short_list_beside_a_question_may_be_tapped(house: House, runtime: EchoRuntime) -> None:
    agent_id = house.context.services.store.agents.create(
        Spec(name="Leo", conversation=RULES), "ana"
    )
    house.context.services.store.agents.release_draft(agent_id, "meta", NUMBER, "ana")
    runtime.answer_with = Answer("¿Cuál prefiere?\n\n- SUV\n- Sedán", "answered")
    house.write("hola")
    house.send()
    [taken] = house.meta.taken
    buttons = taken.body["interactive"]["action"]["buttons"]
    assert [one["reply"]["title"] for one in buttons] == ["SUV", "Sedán"]
    assert taken.words == "¿Cuál prefiere?\n\n- SUV\n- Sedán"


def test_this_one_is_the_message_that_the_customer_quotes(
    house: House, runtime: EchoRuntime
) -> None:
    house.write("frenos")
    house.send()
    [reply] = house.meta.taken
    house.meta.say({**QUOTED, "context": {"from": "15550783881", "id": reply.id}})
    house.hooks()
    house.clock.pass_seconds(10)
    turn.take(house.context, 1)
    assert runtime.asked[-1] == ["¿y este?"]
    assert [(one.author, one.text) for one in runtime.about[-1]] == [("agent", "frenos")]


def test_what_was_edited_is_answered_as_it_reads_now(house: House, runtime: EchoRuntime) -> None:
    original, edit = json.loads((CASES / "edited-message/messages.json").read_text("utf-8"))
    for message in (edit, original, edit):
        house.meta.say(message)
    house.hooks()
    house.clock.pass_seconds(10)
    turn.take(house.context, 1)
    house.send()
    assert runtime.asked == [["quiero 3"]]
    assert house.read() == ["quiero 3"]


def test_what_was_edited_after_the_answer_corrects_it(house: House, runtime: EchoRuntime) -> None:
    original, edit = json.loads((CASES / "edited-message/messages.json").read_text("utf-8"))
    for message in (original, edit, edit):
        house.meta.say(message)
        house.hooks()
        house.clock.pass_seconds(10)
        turn.take(house.context, 1)
    assert runtime.asked == [["quiero 2"], ["quiero 3"]]
    assert [(one.kind, one.text) for one in runtime.about[-1]] == [("replaced", "quiero 2")]


def test_what_was_taken_back_is_not_answered(house: House, runtime: EchoRuntime) -> None:
    original = house.meta.write("quiero 2")
    house.meta.say({"type": "revoke", "id": "wamid.R", "revoke": {"original_message_id": original}})
    house.hooks()
    house.clock.pass_seconds(10)
    turn.take(house.context, 1)
    assert runtime.asked == []
