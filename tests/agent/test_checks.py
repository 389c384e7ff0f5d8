"""What keeps a release back, and what asks."""

import pytest
from pydantic import SecretStr

from actions.checks import BaseState, World, check
from agent.settings import Settings
from agent.spec import HandoffRules, KnowledgeChoice, ModelChoice, Spec, Wording
from channels.registry import known
from tests.fakes import named_tools

SETTINGS = Settings(_env_file=None)
GOOD = Spec(
    name="Sofía",
    tone="Cercano",
    instructions="Ofrece citas.",
    knowledge=KnowledgeChoice(bases=("b",)),
)
FULL = BaseState("b", "Garantías", passages=9)


def codes(
    spec: Spec, settings: Settings = SETTINGS, base: BaseState = FULL, channel: str = "twilio"
) -> set[str]:
    return {
        f"{one.level} {one.code}" for one in check(spec, World(settings, known(), [base]), channel)
    }


def with_(**changes: object) -> Spec:
    return GOOD.model_copy(update=changes)


def test_nothing_is_said_of_a_sound_agent() -> None:
    assert codes(GOOD) == set()


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("gpt-5", "error model_unknown"),
        ("openai:", "error model_unknown"),
        ("openai:gpt-4.1", "error key_missing"),
        ("openrouter:x/y", "error key_missing"),
    ],
)
def test_a_model_that_cannot_answer_is_an_error(model: str, code: str) -> None:
    assert codes(with_(model=ModelChoice(name=model))) == {code}


def test_a_key_makes_the_model_good() -> None:
    settings = SETTINGS.model_copy(update={"openai_api_key": SecretStr("x")})
    assert codes(with_(model=ModelChoice(name="openai:gpt-4.1")), settings) == set()


def test_the_built_in_model_answers_nobody_on_a_live_number() -> None:
    live = SETTINGS.model_copy(update={"twilio_account_sid": "AC1"})
    assert codes(GOOD, live) == {"error offline_live"}
    assert codes(GOOD, live, channel="api") == set()
    meta = SETTINGS.model_copy(update={"meta_access_token": SecretStr("x")})
    assert codes(GOOD, meta, channel="meta") == {"error offline_live"}
    assert codes(GOOD, SETTINGS, channel="meta") == set()
    forced = live.model_copy(update={"offline_on_live_numbers": True})
    assert codes(GOOD, forced) == set()


@pytest.mark.parametrize(
    ("base", "code"),
    [
        (BaseState("other", "Otra", passages=3), "error base_gone"),
        (BaseState("b", "B"), "error base_empty"),
        (BaseState("b", "B", unfinished=1), "warning base_unfinished"),
        (BaseState("b", "B", passages=3, failed=2), "warning base_failed"),
        (BaseState("b", "B", passages=3, noticed=["p.xlsx"]), "warning base_noticed"),
    ],
)
def test_knowledge_that_is_not_ready_is_named(base: BaseState, code: str) -> None:
    assert codes(GOOD, base=base) == {code}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"knowledge": KnowledgeChoice()}, "knowledge_none"),
        ({"tools": named_tools("catalog", "handoff")}, "table_empty"),
        ({"tools": (), "instructions": "Si se enoja, pásalo con una persona."}, "handoff_promised"),
        ({"tools": (), "instructions": "Transfer angry people to a human."}, "handoff_promised"),
        ({"tools": (), "handoff": HandoffRules(words=())}, "handoff_none"),
        ({"greeting": Wording(pt="Olá")}, "greeting_language"),
        ({"fallback": Wording(es="Perdone")}, "fallback_missing"),
        ({"instructions": ""}, "instructions_none"),
        ({"tone": ""}, "tone_none"),
        ({"tone": "Tutea siempre", "instructions": "Trata de usted."}, "tone_contradicts"),
        ({"tone": "Sobrio, sin emojis", "instructions": "Usa emojis."}, "emoji_contradicts"),
    ],
)
def test_what_contradicts_itself_is_a_warning(changes: dict[str, object], code: str) -> None:
    assert codes(with_(**changes)) == {f"warning {code}"}


def test_a_key_in_the_instructions_is_an_error() -> None:
    assert codes(with_(instructions="Usa sk-abcdefghijklmnopqrst")) == {"error secret"}


def test_errors_come_first() -> None:
    spec = with_(tone="", model=ModelChoice(name="nope"))
    levels = [one.level for one in check(spec, World(SETTINGS, known(), [FULL]))]
    assert levels == ["error", "warning"]
