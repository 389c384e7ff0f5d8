"""Channels: checked, written to first, silenced; each by whoever may, with one line."""

from collections.abc import Callable

import pytest
from pydantic import SecretStr

from actions import agents, channels, queues
from actions.services import Services, open_services
from agent.actor import INSTALLATION, Actor
from agent.errors import Forbidden, Invalid
from agent.settings import Settings
from agent.spec import Spec
from store.conversations.inbox import Inbound
from store.conversations.work import Outcome
from tests.actions.conftest import ANA, EVA, VIEWER, RememberingWakeUp, lines, refusing_lines

NUMBER = "whatsapp:+14155238886"
ACTS: dict[str, Callable[[Services, Actor], object]] = {
    "check": lambda services, who: channels.check(services, who, "twilio"),
    "write_first": lambda services, who: write(services, who),
    "stop_agents": channels.stop_agents,
    "resume_agents": channels.resume_agents,
}


def write(
    services: Services,
    who: Actor,
    channel: str = "twilio",
    address: str = NUMBER,
    number: str = "+52 55 1234 5678",
    text: str = "hola",
) -> int:
    return channels.write_first(services, who, channel, address, number, text)


def state(services: Services) -> tuple[object, int]:
    return services.store.switches.switch("paused"), len(services.store.conversations.page())


@pytest.mark.parametrize("act", ACTS)
def test_a_lower_role_is_refused_and_nothing_noted(services: Services, act: str) -> None:
    for who in (VIEWER, Actor("ida@example.com", "agent")):
        with pytest.raises(Forbidden):
            ACTS[act](services, who)
    assert (lines(services), state(services)) == ([], (None, 0))


@pytest.mark.parametrize("act", ACTS)
def test_an_act_leaves_one_line_and_none_without_its_change(
    services: Services, wake_up: RememberingWakeUp, act: str
) -> None:
    with refusing_lines(services), pytest.raises(OSError, match="no room"):
        ACTS[act](services, ANA)
    assert (state(services), wake_up.notified) == ((None, 0), [])
    ACTS[act](services, ANA)
    assert [person for person, _ in lines(services)] == [ANA.name]


def test_a_test_message_goes_out_by_the_outbox(
    services: Services, wake_up: RememberingWakeUp
) -> None:
    number = write(services, ANA)
    assert wake_up.notified == [(queues.DELIVERY, number)]
    assert services.store.conversations.get(number).customer_address == "whatsapp:+525512345678"


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "chatwoot"},
        {"channel": "x"},
        {"address": ""},
        {"number": "1"},
        {"text": " "},
        {"number": "1" * 16},
    ],
)
def test_what_cannot_be_written_to_is_told(services: Services, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        write(services, ANA, **wrong)
    with pytest.raises(Invalid):
        channels.check(services, ANA, "web")
    assert (lines(services), state(services)) == ([], (None, 0))


def test_who_stopped_the_agents_and_who_let_them_go_on_is_known(services: Services) -> None:
    channels.stop_agents(services, ANA)
    assert services.store.switches.paused
    channels.resume_agents(services, EVA)
    assert not services.store.switches.paused
    assert lines(services) == [(ANA.name, "agents stopped"), (EVA.name, "agents resumed")]


def test_what_a_sample_still_had_to_say_is_withdrawn_once_and_noted(settings: Settings) -> None:
    real = {"twilio_account_sid": "AC" + "1" * 32, "twilio_auth_token": SecretStr("t" * 32)}
    services = open_services(settings.model_copy(update=real), RememberingWakeUp())
    answered_by_a_sample(services)
    with pytest.raises(Forbidden):
        channels.hold_back_samples(services, ANA)
    for _ in range(2):
        channels.hold_back_samples(services, INSTALLATION)
    assert lines(services)[1:] == [(INSTALLATION.name, "messages withdrawn")]
    services.database.close()


def answered_by_a_sample(services: Services) -> None:
    """A reply of an agent of a brand that does not exist waits to be sent."""
    message = Inbound("twilio", "SM1", NUMBER, "whatsapp:+521", "hola", "Carla")
    number = services.store.inbox.accept([message])[0].conversation_id
    sample = agents.create(services, ANA, Spec(name="Sofía", brand="Rueda Clara"))
    version = services.store.agents.release_draft(sample, "twilio", NUMBER, "installation")
    lease = services.store.turns.lease(number)
    assert lease is not None
    work = services.store.turns.read(lease, 20)
    assert services.store.turns.commit(work, Outcome("answered", version.id, 1.0, "hola", ["hola"]))
