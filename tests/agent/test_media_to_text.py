"""Voice notes and photos through the OpenAI-compatible endpoints, against a strict stand-in."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import openai
import pytest
from flask import Response

from agent.answering import open_media_to_text
from agent.media_to_text import ManyWays, MediaToText, NullMediaToText, cannot, kind_of
from agent.settings import Settings
from tests.standins.openai import KEY, OpenAIStandin, Reply, fails, openai_standin, refuses, says
from tests.standins.server import serve

OGG, PNG = b"OggS" + bytes(50), b"\x89PNG\r\n\x1a\n" + bytes(50)


@contextmanager
def _media_to_text(*script: Reply) -> Iterator[tuple[MediaToText, OpenAIStandin]]:
    app = openai_standin(*script)
    with serve(app) as url:
        yield (
            open_media_to_text(
                Settings(_env_file=None, openai_api_key=KEY, openai_base_url=f"{url}/v1")
            ),
            app,
        )


def test_a_voice_note_is_sent_whole_and_comes_back_as_words() -> None:
    with _media_to_text(says(" quiero una cita ")) as (media_to_text, app):
        assert media_to_text.transcript(OGG, "audio/ogg") == "quiero una cita"
    assert app.requests == [{"model": "gpt-4o-mini-transcribe", "bytes": len(OGG)}]


def test_a_photo_is_sent_as_data_and_its_language_is_asked_for() -> None:
    with _media_to_text(says("Un coche rojo.")) as (media_to_text, app):
        assert media_to_text.description(PNG, "image/png", "es") == "Un coche rojo."
    [words, picture] = app.requests[0]["messages"][0]["content"]
    assert "language es" in words["text"]
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    "reply",
    [
        fails(401),
        fails(429),
        fails(500),
        Reply(body=b"hello"),
        Reply(body=b"[]"),
        Reply(body=b'{"choices": []}'),
        Reply(body=b'{"choices": null, "text": null}'),
    ],
)
def test_a_service_that_fails_is_no_words_and_no_error(reply: Reply) -> None:
    with _media_to_text(reply) as (media_to_text, _):
        assert media_to_text.transcript(OGG, "audio/ogg") == ""
        assert media_to_text.description(PNG, "image/png", "es") == ""


@contextmanager
def _routed(*script: Reply, **more: str) -> Iterator[tuple[MediaToText, OpenAIStandin]]:
    """An installation that has OpenRouter only."""
    app = openai_standin(*script)
    app.routes = True
    with serve(app) as url:
        settings = Settings(
            _env_file=None, openrouter_api_key=KEY, openrouter_base_url=f"{url}/v1", **more
        )
        yield open_media_to_text(settings), app


def test_openrouter_alone_hears_a_voice_note() -> None:
    with _routed(says("quiero una cita")) as (media_to_text, app):
        assert media_to_text.transcript(OGG, "audio/ogg") == "quiero una cita"
    assert app.requests == [{"model": "openai/gpt-4o-mini-transcribe", "format": "ogg"}]


def test_openrouter_alone_sees_a_photo() -> None:
    with _routed(says("Un coche rojo.")) as (media_to_text, app):
        assert media_to_text.description(PNG, "image/png", "es") == "Un coche rojo."
    assert app.requests[0]["model"] == "openai/gpt-4.1-mini"


def test_the_chat_model_listens_where_there_is_no_way_for_recordings_alone() -> None:
    with _routed(says("hola"), chat_model="openrouter:a/hears") as (media_to_text, app):
        app.rules.append(lambda body: _no_such_address() if "input_audio" in body else None)
        assert media_to_text.transcript(OGG, "audio/ogg") == "hola"
        assert media_to_text.transcript(OGG, "audio/ogg") == "hola"
    asked = [one["model"] for one in app.requests]
    assert asked == ["openai/gpt-4o-mini-transcribe", "a/hears", "a/hears"]
    [_, heard] = app.requests[-1]["messages"][0]["content"]
    assert heard["input_audio"]["format"] == "ogg"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "No endpoints found that support image input"),
        (400, "This model does not support image_url content."),
        (422, "unknown variant `image_url`, expected `text`"),
        (400, "messages[0].content must be a string"),
        (415, "Unsupported media type"),
        (501, "Multimodal is off."),
    ],
)
def test_what_a_server_cannot_do_is_not_asked_of_it_again(status: int, said: str) -> None:
    with _media_to_text(says("nunca")) as (media_to_text, app):
        app.rules.append(refuses("image_url", status, said))
        for _ in range(3):
            assert media_to_text.description(PNG, "image/png", "es") == ""
    tried = {(one["model"], str(one["messages"])) for one in app.refused}
    assert len(app.refused) <= 2 * len({model for model, _ in tried})


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "The audio file could not be decoded or its format is not supported."),
        (400, "Invalid file format. Supported formats: wav."),
        (400, "Audio file is too short."),
        (429, "Rate limit reached, not supported."),
        (402, "Insufficient credits"),
        (500, "unsupported"),
    ],
)
def test_one_file_that_cannot_be_read_closes_no_ears(status: int, said: str) -> None:
    heard = openai.APIStatusError(
        said, response=httpx2.Response(status, request=_REQUEST), body=None
    )
    assert not cannot(heard)


def test_a_model_that_got_words_only_is_no_description() -> None:
    with _media_to_text(says(" NONE. ")) as (media_to_text, _):
        assert media_to_text.description(PNG, "image/png", "es") == ""


def test_what_a_model_thought_of_a_photo_is_no_description() -> None:
    with _media_to_text(says("<think>A car?</think>Un coche rojo.")) as (media_to_text, _):
        assert media_to_text.description(PNG, "image/png", "es") == "Un coche rojo."


def test_a_model_that_cannot_be_used_stops_nobody() -> None:
    settings = Settings(_env_file=None, openrouter_api_key=KEY, chat_model="openai:x")
    assert isinstance(open_media_to_text(settings), ManyWays)


_REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1")


def _no_such_address() -> Response:
    return Response('{"error": {"message": "Not Found", "code": 404}}', 404)


def test_without_a_key_nobody_listens() -> None:
    media_to_text = open_media_to_text(Settings(_env_file=None))
    assert isinstance(media_to_text, NullMediaToText)
    assert (
        media_to_text.transcript(OGG, "audio/ogg")
        == media_to_text.description(PNG, "x", "es")
        == ""
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (OGG, "audio/ogg"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF0000WEBPVP8 ", "image/webp"),
        (b"RIFF0000WAVEfmt ", "audio/wav"),
        (b"\0\0\0 ftypM4A ", "audio/mp4"),
        (b"\0\0\0 ftypisom", "video/mp4"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        ("BEGIN:VCARD\nFN:José".encode(), "text/plain"),
        (b"MZ\x90\0\x03", ""),
        (b"\xff\xfe\0", ""),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind
