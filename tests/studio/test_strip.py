"""The strip in the header names what is away, in the reader's language, with what it means."""

import dataclasses

import pytest
from flask import Flask

from knowledge.vectors.embedders import Embedders
from studio import shell
from tests.standins.server import serve
from tests.studio.conftest import Caller, House

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def strip(house: House, caller: Caller, language: str, chroma: str) -> str:
    settings = house.services.settings.model_copy(update={"chroma_url": chroma})
    services = dataclasses.replace(house.services, settings=settings)
    return shell.header(dataclasses.replace(house, services=services).studio(language), caller)


@pytest.mark.parametrize(
    ("language", "word", "meaning"),
    [("es", "Índice: <b>no responde", "solo por palabras"), ("en", "Index: <b>away", "words only")],
)
def test_an_index_that_is_away_is_seen_on_every_page(
    house: House, viewer: Caller, language: str, word: str, meaning: str
) -> None:
    chroma = Flask("chroma")
    chroma.get("/api/v2/heartbeat")(lambda: {})
    with serve(chroma) as url:
        assert word not in strip(house, viewer, language, url)
    shown = strip(house, viewer, language, "http://127.0.0.1:1")
    assert word in shown
    assert meaning in shown


@pytest.mark.parametrize(
    ("language", "by_words", "word"),
    [
        ("es", False, "por significado (integrada)"),
        ("en", False, "by meaning (built in)"),
        ("es", True, "solo por palabras"),
        ("en", True, "by words alone"),
    ],
)
def test_how_knowledge_is_found_without_a_key_is_said(
    house: House, viewer: Caller, language: str, by_words: bool, word: str
) -> None:
    services = dataclasses.replace(house.services, embedders=Embedders(by_words=by_words))
    shown = shell.header(dataclasses.replace(house, services=services).studio(language), viewer)
    assert word in shown
