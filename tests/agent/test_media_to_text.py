"""Voice notes and photos through the OpenAI-compatible endpoints, against a strict stand-in."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agent.answering import open_media_to_text
from agent.media_to_text import MediaToText, NullMediaToText, kind_of
from agent.settings import Settings
from tests.standins.openai import KEY, OpenAIStandin, Reply, fails, openai_standin, says
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
