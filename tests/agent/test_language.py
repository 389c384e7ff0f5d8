"""Which language a customer writes in."""

import pytest

from agent.language import language_of


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
