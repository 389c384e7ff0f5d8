"""No invented company on a real number: the samples answer on the simulator only."""

import dataclasses
from collections import Counter
from collections.abc import Callable

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from actions.channels import HELD_BACK
from actions.checks import check
from actions.installation import install
from actions.services import Services
from actions.world import world_of
from agent.invented import SAMPLES, is_invented
from agent.settings import TWILIO_API, Settings
from agent.spec import Spec
from channels.registry import known
from jobs import turn
from jobs.context import WorkerContext
from store.conversations.inbox import Accepted
from store.tables import outbox, turns
from tests.fakes import Clock

Write = Callable[..., Accepted]
ACCOUNT = {
    "twilio_account_sid": "AC" + "1" * 32,
    "twilio_auth_token": SecretStr("t" * 32),
    "meta_access_token": SecretStr("m" * 40),
    "meta_phone_number_id": "555",
    "chatwoot_api_url": "https://chat.example.com",
}
LIVE = [name for name, one in known().items() if one.live]
SIMULATED = {"twilio_account_sid": "AC1", "twilio_base_url": "http://127.0.0.1:3030"}


def sample(folder: str = "autos") -> Spec:
    return Spec.from_yaml((SAMPLES / folder / "spec.yaml").read_text(encoding="utf-8"))


def with_settings(services: Services, **changes: object) -> Services:
    settings = services.settings.model_copy(update=changes)
    return dataclasses.replace(services, settings=settings)


def released(services: Services) -> set[tuple[str, str]]:
    return {(one.channel, one.agent_name) for one in services.store.agents.channels()}


def last_turn(services: Services) -> tuple[str, str]:
    query = select(turns.c.outcome, turns.c.error).order_by(turns.c.started_at.desc()).limit(1)
    with services.database.read() as tx:
        return tuple(tx.execute(query).one())  # type: ignore[return-value]


def test_at_first_start_with_a_real_account_nothing_answers_on_its_number(
    services: Services,
) -> None:
    install(with_settings(services, **ACCOUNT, twilio_whatsapp_number="+5215512345678"))
    assert released(services) == {("api", "Sofía"), ("api", "Marcos")}


@pytest.mark.parametrize("changes", [{}, SIMULATED])
def test_without_one_the_sample_answers_on_the_simulator(
    services: Services, changes: dict[str, object]
) -> None:
    install(with_settings(services, **changes))
    assert ("twilio", "Sofía") in released(services)


def test_what_the_installation_makes_is_in_the_audit_log(services: Services) -> None:
    install(services)
    done = Counter(
        one.action for one in services.store.audit.page() if one.person == "installation"
    )
    assert done["agent created"] == done["base created"] == 2
    assert done["source added"] > 2
    assert done["agent released"] == 3


@pytest.mark.parametrize("folder", ["autos", "homologa"])
def test_real_keys_silence_what_was_released_on_the_simulator(
    context: WorkerContext, write: Write, clock: Clock, folder: str
) -> None:
    agents = context.services.store.agents
    agents.release_draft(agents.create(sample(folder), "x"), "twilio", desk_address(context), "ana")
    real = dataclasses.replace(context, services=with_settings(context.services, **ACCOUNT))
    here = write("hola").conversation_id
    clock.pass_seconds(5)
    turn.take(real, here)
    assert last_turn(context.services) == ("silent", "No agent is released on this address.")
    write("¿hay alguien?", sid="SM2")
    clock.pass_seconds(5)
    turn.take(context, here)  # on the simulator again
    assert last_turn(context.services)[0] == "answered"


def test_an_agent_of_ones_own_answers_on_the_number_it_was_tried_on(
    context: WorkerContext, write: Write, clock: Clock
) -> None:
    real = dataclasses.replace(context, services=with_settings(context.services, **ACCOUNT))
    here = write("hola").conversation_id
    clock.pass_seconds(5)
    turn.take(real, here)
    assert last_turn(context.services)[0] == "answered"


def test_what_a_sample_had_not_sent_yet_reaches_no_real_phone(
    context: WorkerContext, write: Write, clock: Clock
) -> None:
    services = context.services
    ours = write("hola", customer="whatsapp:+5215550002222").conversation_id
    clock.pass_seconds(5)
    turn.take(context, ours)
    services.store.agents.release_draft(
        services.store.agents.create(sample(), "x"), "twilio", desk_address(context), "ana"
    )
    theirs = write("buenas").conversation_id
    clock.pass_seconds(5)
    turn.take(context, theirs)
    install(services)
    assert unsent(services) == {ours, theirs}
    install(with_settings(services, **ACCOUNT))
    assert unsent(services) == {ours}
    with services.database.read() as tx:
        said = tx.scalar(select(outbox.c.error).where(outbox.c.conversation_id == theirs))
    assert said == HELD_BACK


@pytest.mark.parametrize("channel", LIVE)
def test_a_release_on_a_real_service_is_refused_whoever_asks(
    services: Services, channel: str
) -> None:
    copy = sample().model_copy(update={"name": "Lucía", "brand": "  rueda  CLARA "})
    for spec, expected in ((copy, True), (copy.model_copy(update={"brand": "Mi taller"}), False)):
        world = world_of(with_settings(services, **ACCOUNT), spec)
        found = {one.code for one in check(spec, world, channel) if one.level == "error"}
        assert ("sample_live" in found) is expected
        at_home = {one.code for one in check(spec, world_of(services, spec), channel)}
        assert "sample_live" not in at_home


def test_only_the_samples_companies_are_invented() -> None:
    assert all(is_invented(sample(folder)) for folder in ("autos", "homologa"))
    assert not is_invented(Spec(name="Sofía"))
    assert not is_invented(Spec(name="Sofía", brand="Rueda Clara Norte"))


@pytest.mark.parametrize(
    ("base", "real"),
    [
        (TWILIO_API, True),
        ("https://api.dublin.ie1.twilio.com", True),
        ("https://API.twilio.com", True),
        ("https://127.0.0.1.example.com", True),
        ("http://127.0.0.1:3030", False),
        ("http://127.9.9.9:3030", False),
        ("http://localhost:3030", False),
        ("http://[::1]:3030", False),
    ],
)
def test_what_leads_out_of_this_machine_is_real(base: str, real: bool) -> None:
    given = {**ACCOUNT, "twilio_base_url": base, "meta_base_url": base, "chatwoot_api_url": base}
    settings = Settings(_env_file=None).model_copy(update=given)
    assert {one.is_real(settings) for one in known().values() if one.live} == {real}
    assert not known()["api"].is_real(settings)
    assert not known()["twilio"].is_real(Settings(_env_file=None))


def desk_address(context: WorkerContext) -> str:
    return context.services.settings.twilio_address


def unsent(services: Services) -> set[int]:
    waits = outbox.c.state.not_in(("sent", "dead"))
    with services.database.read() as tx:
        return set(tx.scalars(select(outbox.c.conversation_id).where(waits)))
