"""The Channels and Undelivered pages as plain functions; the check-up against the real bot."""

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask, request
from pydantic import SecretStr

from actions import queues
from actions.checkup import Checkup, Finding, addresses
from actions.queues import SilentWakeUp
from actions.services import open_services
from agent.errors import Invalid, NotFound
from agent.settings import Settings
from agent.spec import Spec
from bot.app import create_app
from channels.meta.codes import CODES as META_CODES
from channels.registry import known
from channels.twilio.codes import CODES as TWILIO_CODES
from store.conversations.outbox import OutboxMessage
from studio import failures
from studio.errors import NotAllowed
from studio.pages import channels, channels_view, undelivered
from studio.state import Studio
from tests.standins.chatwoot import KeepsUnderscores
from tests.standins.server import serve
from tests.studio.conftest import NUMBER, Caller, House, RememberingWakeUp
from tests.studio.hostile import HOSTILE

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KEYS = {
    "twilio_account_sid": "AC" + "1" * 32,
    "twilio_auth_token": SecretStr("t" * 32),
    "meta_access_token": SecretStr("m" * 40),
    "meta_phone_number_id": "555",
    "meta_app_secret": SecretStr("a" * 32),
    "meta_verify_token": SecretStr("palabra"),
    "chatwoot_api_token": SecretStr("c" * 24),
    "chatwoot_account_id": "1",
    "chatwoot_webhook_secret": SecretStr("w" * 24),
}


def provider() -> Flask:
    """All three providers' own pages, behind their credentials."""
    app = Flask("provider")

    @app.get("/2010-04-01/Accounts/<sid>/Messages.json")
    def twilio(sid: str) -> tuple[dict[str, object], int]:
        given = request.authorization
        known = given is not None and given.password == "t" * 32
        return ({"messages": []}, 200) if known else ({"code": 20003}, 401)

    @app.get("/555")
    def meta() -> tuple[dict[str, object], int]:
        return ({}, 200) if request.headers["Authorization"] == f"Bearer {'m' * 40}" else ({}, 401)

    @app.get("/api/v1/accounts/1/conversations")
    def chatwoot() -> tuple[dict[str, object], int]:
        known = request.environ["HTTP_API_ACCESS_TOKEN"] == "c" * 24
        return ({}, 200) if known else ({"error": "Invalid Access Token"}, 401)

    return app


@pytest.fixture
def real(settings: Settings) -> Iterator[Settings]:
    """Settings of an installation whose bot and providers answer, on this machine."""
    with serve(provider(), KeepsUnderscores) as base:
        bases = {f"{name}_base_url": base for name in ("twilio", "meta")}
        known = settings.model_copy(update={**KEYS, **bases, "chatwoot_api_url": base})
        services = open_services(known, SilentWakeUp())
        with serve(create_app(services)) as bot:
            yield known.model_copy(update={"bot_port": int(bot.rpartition(":")[2])})
        services.database.close()


def answers(settings: Settings, channel: str) -> dict[str, str]:
    return {one.question: one.answer for one in Checkup(settings).examine(known()[channel])}


def test_a_channel_that_is_set_up_passes_every_question(real: Settings) -> None:
    for channel in ("twilio", "meta", "chatwoot"):
        found = Checkup(real).examine(known()[channel])
        assert [one for one in found if not one.good] == []
        assert {one.question for one in found} >= {"reach", "signature", "forgery", "credentials"}


def test_a_check_stores_nothing(real: Settings) -> None:
    services = open_services(real, SilentWakeUp())
    for channel in ("twilio", "meta", "chatwoot"):
        Checkup(real).examine(known()[channel])
    with services.database.read() as tx:
        for table in ("inbox", "messages", "conversations", "delivery_states"):
            assert tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    services.database.close()


def test_a_secret_the_bot_does_not_have_is_told(real: Settings) -> None:
    other = real.model_copy(update={"twilio_auth_token": SecretStr("other")})
    found = answers(other, "twilio")
    assert (found["signature"], found["credentials"]) == ("refused", "refused")
    assert answers(real.model_copy(update={"meta_verify_token": None}), "meta")["verification"] == (
        "not_set"
    )


def test_a_bot_that_is_away_is_told(real: Settings) -> None:
    away = real.model_copy(update={"bot_port": 9})
    assert answers(away, "twilio") == {"reach": "unreachable", "credentials": "ok"}
    assert answers(Settings(_env_file=None), "twilio") == {"credentials": "not_set"}


def test_every_finding_has_its_sentence(studio: Studio) -> None:
    known = {
        "reach": ("ok", "unreachable", "refused", "status"),
        "signature": ("ok", "not_set", "unreachable", "refused", "status"),
        "forgery": ("refused", "accepted"),
        "verification": ("ok", "not_set", "unreachable", "refused", "status"),
        "credentials": ("ok", "bot_token", "not_set", "unreachable", "refused", "status"),
    }
    findings = [Finding(question, True, one) for question in known for one in known[question]]
    assert channels_view.findings_view(studio, "twilio", findings).count("<li>") == 22


def test_the_addresses_to_paste_come_from_the_public_address(settings: Settings) -> None:
    public = settings.model_copy(update={"public_base_url": "https://bot.example.com"})
    assert [one for channel in known().values() for one in addresses(settings, channel)] == []
    assert {one.url for channel in known().values() for one in addresses(public, channel)} == {
        f"https://bot.example.com/webhooks/{path}"
        for path in ("twilio", "twilio/status", "meta", "chatwoot")
    }


def test_the_page_says_what_answers_where(studio: Studio, viewer: Caller) -> None:
    agents = studio.services.store.agents
    agents.release_draft(agents.create(Spec(name="Sofía"), "x"), "twilio", NUMBER, "ana")
    shown = channels_view.shown(studio, channels.first(studio, viewer))
    assert "Sofía v1" in shown
    assert "PUBLIC_BASE_URL" in shown
    with pytest.raises(NotAllowed):
        channels.check(studio, viewer, "check", "twilio")


def test_a_real_number_that_nobody_answers_is_told_with_what_to_do(
    house: House, viewer: Caller
) -> None:
    known = house.services.settings.model_copy(update={**KEYS, "public_base_url": "https://x"})
    real = dataclasses.replace(house, services=dataclasses.replace(house.services, settings=known))
    agents = house.services.store.agents
    sample = Spec(name="Sofía", brand="Rueda Clara")
    agents.release_draft(agents.create(sample, "x"), "twilio", NUMBER, "installation")
    for language, empty, silent in (
        ("es", "todavía no responde ningún agente", "aquí calla"),
        ("en", "no agent answers there yet", "silent here"),
    ):
        studio = real.studio(language)
        shown = channels_view.shown(studio, channels.first(studio, viewer))
        assert (shown.count(empty), shown.count(silent)) == (2, 1)
    agents.release_draft(agents.create(Spec(name="Ana"), "x"), "twilio", NUMBER, "ana")
    shown = channels_view.shown(studio, channels.first(studio, viewer))
    assert (shown.count(empty), shown.count(silent)) == (1, 0)


def test_a_test_message_goes_out_by_the_outbox(
    studio: Studio, editor: Caller, wake_up: RememberingWakeUp
) -> None:
    sent = channels.test(studio, editor, f"twilio {NUMBER}", "+52 (55) 1234-5678", "Hola")
    outgoing = studio.services.store.outbox.claim(sent.conversation_id)
    assert isinstance(outgoing, OutboxMessage)
    assert (outgoing.customer_address, outgoing.body) == ("whatsapp:+525512345678", "Hola")
    assert wake_up.notified == [(queues.DELIVERY, sent.conversation_id)]


def test_a_test_message_needs_a_number_and_words(studio: Studio, editor: Caller) -> None:
    number = "+525512345678"
    for asked in (
        ("", number, "x"),
        ("web a", number, "x"),
        ("twilio", number, "x"),
        ("twilio w", "12", "x"),
        ("twilio w", number, " "),
    ):
        with pytest.raises(Invalid):
            channels.test(studio, editor, *asked)


# --- what was not delivered


def undeliverable(house: House, text: str = "Hola", number: str = "1") -> int:
    """A reply that could not be delivered; its outbox row."""
    services, here = house.services, house.customer_writes(text, text[:200], number)
    services.store.conversations.reply(here, "Buenas", ["Buenas"], "ana")
    outgoing = services.store.outbox.claim(here)
    assert isinstance(outgoing, OutboxMessage)
    services.store.outbox.dead(outgoing, "WhatsApp cannot deliver.", "63024")
    return outgoing.id


def test_what_was_not_delivered_is_explained_and_settled(
    studio: Studio, house: House, wake_up: RememberingWakeUp
) -> None:
    clerk, row = Caller("agent@example.com"), undeliverable(house)
    shown = undelivered.shown(studio, undelivered.first(studio, clerk, []))[0]
    assert "WhatsApp no puede entregar a ese número" in shown
    wake_up.notified.clear()
    assert undelivered.settle(studio, clerk, "retry", str(row), []).letters == []
    assert [job for job, _ in wake_up.notified] == [queues.DELIVERY]
    with pytest.raises(NotFound):
        undelivered.settle(studio, clerk, "dismiss", str(row), [])
    other = undeliverable(house, "Otra", "2")
    assert undelivered.settle(studio, clerk, "dismiss", str(other), []).total == 0


def test_viewers_settle_nothing(studio: Studio, house: House, viewer: Caller) -> None:
    row = undeliverable(house)
    with pytest.raises(NotAllowed):
        undelivered.settle(studio, viewer, "retry", str(row), [])
    assert undelivered.first(studio, viewer, []).total == 1


def test_hostile_names_stay_words(studio: Studio, house: House, viewer: Caller) -> None:
    for number, text in enumerate(HOSTILE):
        undeliverable(house, text, str(number))
    trail: list[int] = []
    while (shelf := undelivered.first(studio, viewer, trail)).letters:
        shown = undelivered.shown(studio, shelf)[0].lower()
        for element in ("<script", "<img", "<iframe", "<form", "<input", "<body", "onerror=w&"):
            assert element not in shown
        trail = [shelf.letters[-1].id]


def test_every_code_of_every_provider_has_a_spanish_sentence(house: House) -> None:
    studio = house.studio("es")
    for channel, codes in (("twilio", TWILIO_CODES), ("meta", META_CODES)):
        for code, meaning in codes.items():
            said = failures.delivery_failure(studio, channel, str(code), meaning.sentence)
            assert str(code) not in said, code
            assert said != meaning.sentence
    assert failures.delivery_failure(house.studio("en"), "twilio", "63016", "Late.") == "Late."
    assert "99999" in failures.delivery_failure(studio, "twilio", "99999", "New.")


def test_every_failure_of_a_turn_has_a_spanish_sentence(house: House) -> None:
    studio, unknown = house.studio("es"), failures.turn_failure(house.studio("es"), "unheard: x")
    for code in ("model_timeout", "model_key", "call_limit", "knowledge", "model_unknown"):
        assert failures.turn_failure(studio, f"{code}: English.") not in (unknown, "")
    assert failures.turn_failure(studio, "") == ""
    reason = failures.handoff_reason(studio, "The agent failed 3 times in a row: x")
    assert reason == "El agente falló 3 veces seguidas: x"
