"""What staff read beside the model when its server did not take everything."""

import pytest

from studio import why
from studio.state import Studio
from tests.studio.conftest import House

TRACE = [
    {
        "kind": "server",
        "title": "asked_otherwise",
        "detail": {"refused": ["temperature", "tools"], "missing": {"lines": 12}},
        "seconds": 0.1,
    }
]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ["El servidor del modelo no admite", "temperature, herramientas", "antiguas: 12"]),
        ("en", ["The model&#x27;s server does not take", "temperature, tools", "oldest lines: 12"]),
    ],
)
def test_what_the_server_refused_stands_right_after_the_model(
    house: House, language: str, words: list[str]
) -> None:
    studio: Studio = house.studio(language)
    facts = why.usage(studio, "v1", "openai:m", (1, 1), 0.0, 0.1, "answered")
    shown = str(why.panel(studio, TRACE, facts))
    assert all(word in shown for word in words)
    first = shown.index("temperature, ")
    assert shown.index("openai:m") < first < shown.index("1 + 1")


def test_a_server_that_took_everything_is_not_spoken_of(studio: Studio) -> None:
    facts = why.usage(studio, "v1", "openai:m", (1, 1), 0.0, 0.1, "answered")
    assert studio.say("why.left_out") not in str(why.panel(studio, [], facts))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ["no están en ningún pasaje", "«Dura doce meses.»", "de esto: doce"]),
        ("en", ["stand in none of the passages", "«Dura doce meses.»", "about this: doce"]),
    ],
)
def test_the_sentence_that_stood_nowhere_is_shown_with_what_is_missing(
    house: House, language: str, words: list[str]
) -> None:
    fault = {"sentence": "Dura doce meses.", "kind": "figure", "missing": "doce"}
    step = {"kind": "guard", "title": "ungrounded", "detail": {"unsupported": [fault]}}
    studio: Studio = house.studio(language)
    facts = why.usage(studio, "v1", "openai:m", (1, 1), 0.0, 0.1, "fallback")
    shown = str(why.panel(studio, [step], facts))
    assert all(word in shown for word in words)
