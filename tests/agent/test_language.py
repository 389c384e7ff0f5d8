"""Which language a customer writes in."""

import pytest
from pydantic import ValidationError

from agent.grounding.guard import nothing_found
from agent.language import asked_in, language_of
from agent.office import closing
from agent.runtime import Runtime
from agent.spec import HandoffRules, OfficeHours, Spec
from agent.wording import Wording


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Qué garantía tienen los autos?", "es"),
        ("cuanto cuesta un versa", "es"),
        ("quiero un carro barato", "es"),
        ("hola", "es"),
        ("What warranty do you offer?", "en"),
        ("how much is the Versa", "en"),
        ("hi", "en"),
        ("I need a car", "en"),
        ("Qual é o preço do carro? Não tenho muito dinheiro", "pt"),
        ("obrigado, você é muito gentil", "pt"),
    ],
)
def test_small_words_tell(text: str, language: str) -> None:
    assert language_of(text, ("es", "en", "pt"), "es") == language


@pytest.mark.parametrize("text", ["", "ok", "Versa 2020", "👍", "123"])
def test_what_tells_nothing_keeps_the_language_before(text: str) -> None:
    assert language_of(text, ("es", "en"), "en") == "en"


def test_only_the_agents_languages_are_answered() -> None:
    assert language_of("What warranty do you offer?", ("es",), "es") == "es"


@pytest.mark.parametrize(
    ("said", "languages", "answered_in"),
    [
        ("Qual é o horário de vocês aos domingos?", ("es", "en"), "pt"),
        ("Quanto custa uma limpeza? Vocês têm estacionamento?", ("es", "en"), "pt"),
        ("Bonjour, quels sont vos horaires ?", ("es", "en"), "fr"),
        ("Bonjour, quels sont vos horaires ?", ("fr-CA", "en"), "fr-CA"),
        ("Was kostet die Reinigung?", ("es",), "de"),
        ("Quanto costa la pulizia e quali sono gli orari?", ("es", "en"), "it"),
        ("Сколько стоит чистка?", ("es", "en"), "ru"),
        ("営業時間は何時ですか？", ("es", "en"), "ja"),
        ("洗牙多少钱？", ("es", "zh-Hant"), "zh-Hant"),
        ("كم سعر التنظيف؟", ("es", "ar"), "ar"),
        ("Qual é o horário?", ("es", "pt-BR"), "pt-BR"),
        ("¿A qué hora abren los domingos?", ("en", "es-MX"), "es-MX"),
        ("what time do you open", ("es", "en"), "en"),
        ("qual horario?", ("es", "en"), "es"),  # too short to tell
        ("349", ("es", "en"), "es"),
        ("Angelópolis", ("en", "es"), "en"),
        ("ok", ("es", "en"), "es"),
        ("", ("es", "en"), "es"),
        ("😀", ("es", "en"), "es"),
        ("cuanto cuesta el Nissan Versa 2020 do you know", ("en", "es"), "es"),
        ("hola quanto cuesta la limpiesa", ("es", "en"), "es"),
        ("kuanto kuesta la limpiesa dental", ("es", "en"), "es"),
    ],
)
def test_an_answer_is_in_the_askers_language(
    said: str, languages: tuple[str, ...], answered_in: str
) -> None:
    assert asked_in(said, languages, languages[0]) == answered_in


def test_a_spec_takes_any_language_and_refuses_what_is_none() -> None:
    assert Spec(name="Ana", languages=("fr", "pt-BR", "zh-Hant")).languages[0] == "fr"
    assert Spec.from_yaml("name: Ana\nlanguages: [es, en]").languages == ("es", "en")
    for wrong in ("French", "f", "fr_CA", "", "<b>"):
        with pytest.raises(ValidationError):
            Spec(name="Ana", languages=(wrong,))


def test_fixed_texts_fall_back_in_the_order_of_the_languages() -> None:
    spec = Spec(name="Ana", languages=("fr", "en", "es"))
    assert spec.fallback.in_language("fr", *spec.languages) == spec.fallback.en
    assert spec.fallback.in_language("pt-BR", *spec.languages) == spec.fallback.pt
    assert Spec(name="Ana", languages=("ja",)).fallback.in_language("ja", "ja") == spec.fallback.es
    assert nothing_found(spec, "fr").startswith("I find nothing")


def test_portuguese_is_answered_in_portuguese_from_spanish_documents(
    offline: Runtime, spec: Spec
) -> None:
    two = spec.model_copy(update={"languages": ("es", "en")})
    answer = offline.answer(two, [], ["Olá, vocês têm uma garantia para o motor?"])
    assert answer.language == "pt"
    assert "Nossos documentos dizem: «La garantía cubre" in answer.text


def test_the_closing_names_its_hour_in_the_language_of_its_words() -> None:
    hours = OfficeHours(days=("mon",), away=Wording(en="We write {when}."))
    closed = Spec(name="Ana", languages=("fr", "en"), handoff=HandoffRules(office_hours=hours))
    assert "on Monday from" in closing(closed, "fr", 1_800_000_000.0).replace(
        "tomorrow", "on Monday"
    )
