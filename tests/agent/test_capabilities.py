"""What the record of a channel says by itself, and that nobody names a channel beside it."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.settings import Settings
from channels.record import ChannelRecord
from channels.registry import known

ROOT = Path(__file__).parents[2]
ROOMS = ("actions", "agent", "bot", "jobs", "store", "studio")
# "meta" is also what Gradio calls a part of a file, and "api" a person in the audit log. The codes
# of providers are translated by their names; a code that is not there has a general sentence.
OTHER_MEANINGS = {
    ("studio/checks/kinds.py", "meta"),
    ("studio/texts/es/failures.py", "twilio"),
    ("studio/texts/es/failures.py", "meta"),
    ("bot/examples.py", "twilio"),  # what a reader of the API's pages sees
    ("store/db/migrations/versions/0011_customers.py", "twilio"),  # as they were on that day
    ("store/db/migrations/versions/0011_customers.py", "meta"),
}
NAMES = known().keys() - {"api"}
NOBODY = Settings(_env_file=None)
TWILIO = known()["twilio"]


def test_no_room_names_a_channel() -> None:
    named = {
        (str(path.relative_to(ROOT)), node.value)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in NAMES
    }
    assert named - OTHER_MEANINGS == set()


def test_every_record_bears_its_name_and_speaks_both_languages() -> None:
    for name, record in known().items():
        pasted = record.check_up.paste if record.check_up else ()
        texts = [record.help, *(label for label, _ in pasted)] if record.check_up else []
        assert (record.name, bool(record.title)) == (name, True)
        assert [text for text in texts if not (text.es and text.en)] == []


def test_one_channel_works_without_an_account_and_is_the_first() -> None:
    assert [one.name for one in known().values() if one.simulated] == [next(iter(known()))]


@pytest.mark.parametrize("name", known())
def test_without_its_credentials_a_channel_is_neither_configured_nor_real(name: str) -> None:
    assert not known()[name].is_configured(NOBODY)
    assert not known()[name].is_real(NOBODY)


def test_what_is_not_live_is_never_real() -> None:
    record = replace(TWILIO, credentials=lambda _: ("AC1",), server=lambda _: "https://x.example")
    assert record.is_real(NOBODY)
    assert not replace(record, live=False).is_real(NOBODY)
    assert not replace(record, server=lambda _: "http://127.0.0.1:3030").is_real(NOBODY)


def test_a_channel_is_configured_when_nothing_is_missing() -> None:
    given = {"twilio_account_sid": "AC1", "twilio_auth_token": SecretStr("t")}
    assert TWILIO.is_configured(NOBODY.model_copy(update=given))
    for missing in given:
        assert not TWILIO.is_configured(NOBODY.model_copy(update={**given, missing: None}))


@pytest.mark.parametrize(
    ("channel", "given", "spelled", "shown"),
    [
        ("twilio", "+1 (415) 523-8886", "whatsapp:+14155238886", "+14155238886"),
        ("twilio", "14155238886", "whatsapp:+14155238886", "+14155238886"),
        ("twilio", "whatsapp:+14155238886", "whatsapp:+14155238886", "+14155238886"),
        (
            "twilio",
            "whatsapp:US.13491208655302741918",
            "whatsapp:US.13491208655302741918",
            "US.13491208655302741918",
        ),
        ("meta", "+52 55 1234 5678", "525512345678", "525512345678"),
        ("meta", "106540352242922", "106540352242922", "106540352242922"),
        ("chatwoot", "7", "7", "7"),
        ("web", "abc", "abc", "abc"),
    ],
)
def test_addresses_are_spelled_as_the_provider_does_and_shown_as_people_do(
    channel: str, given: str, spelled: str, shown: str
) -> None:
    record: ChannelRecord = known()[channel]
    assert record.spelled(given) == spelled
    assert record.shown(spelled) == shown
