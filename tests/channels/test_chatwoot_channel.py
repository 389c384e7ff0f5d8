"""Sends through the real channel to a stand-in that is as strict as Chatwoot, and goes wrong."""

import socket
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from agent.settings import Settings
from channels.base import Place, Refused, Sent, Unknown
from channels.chatwoot.capabilities import CHANNEL
from channels.chatwoot.client import harmless
from channels.chatwoot.send import TYPING_SECONDS, ChatwootChannel
from channels.errors import ChannelUnavailable
from simulator import faults as wrong
from simulator.faults import Fault
from store.conversations.outbox import OutboxMessage
from tests.standins.chatwoot import BOT_TOKEN, USER_TOKEN, Wishes
from tests.standins.chatwoot_account import BOT, PERSON, Account, Conversation

REFUSED_AND_TAKEN = Fault(status=422, taken=True)


def outgoing(**changed: Any) -> OutboxMessage:
    plain = OutboxMessage(
        id=42,
        conversation_id=1,
        channel="chatwoot",
        our_address="inbox:7",
        customer_address="118",
        body="Abrimos a las **9**.",
        state="pending",
        token="t",
        attempts=1,
        unknowns=0,
        sending_at=time.time(),
        created_at=time.time(),
        last_inbound_at=time.time(),
        facts={"kind": "Channel::Whatsapp"},
    )
    return replace(plain, **changed)


PLACE = Place(1, "inbox:7", "118")


@pytest.fixture
def account() -> Account:
    return Account(lambda raw, headers: 200)


@pytest.fixture
def here(account: Account) -> Conversation:
    found = account.open_conversation()
    account.customer_writes(found, "¿A qué hora abren?")
    return found


def open_channel(address: str, token: str = USER_TOKEN, **changed: Any) -> ChatwootChannel:
    settings = Settings(
        _env_file=None,
        chatwoot_api_url=address,
        chatwoot_account_id="3",
        chatwoot_api_token=token,
        **changed,
    )
    return ChatwootChannel(settings, timeout=5)


@pytest.fixture
def channel(address: str, here: Conversation) -> ChatwootChannel:
    return open_channel(address)


# --- words


def test_markdown_stays_markdown_where_chatwoot_converts_it() -> None:
    for kind in ("Channel::Whatsapp", "Channel::TwilioSms", "Channel::WebWidget", ""):
        assert CHANNEL.marks("**9** y *10*", {"kind": kind}) == "**9** y *10*"


def test_an_api_inbox_is_given_whatsapps_marks() -> None:
    assert CHANNEL.marks("**9** y *10*", {"kind": "Channel::Api"}) == "*9* y _10_"


@pytest.mark.parametrize(
    "text",
    [
        "{{contact.email}}",
        "{% assign a = 1 %}",
        "`{% endraw %}{{contact.name}}`",
        "{{{x}}}",
        "{{{{x}}}}",
        "{%{{x}}%}",
        "{{-x-}}",
        "{{\n x \n}}",
    ],
)
def test_nothing_that_liquid_would_act_on_leaves_here(
    channel: ChatwootChannel, here: Conversation, text: str
) -> None:
    assert isinstance(channel.send(outgoing(body=f"Hola {text} fin")), Sent)
    [said] = here.said
    assert not any(mark in said for mark in ("{{", "}}", "{%", "%}", "LEAKED"))
    assert said.replace(" ", "") == f"Hola{text}fin".replace(" ", "")


def test_braces_that_mean_nothing_stay_as_they_are() -> None:
    assert harmless("{a} 100% } { % d'accord") == "{a} 100% } { % d'accord"
    assert harmless(harmless("{{x}}")) == harmless("{{x}}")


# --- sending


def test_a_send_names_our_row_and_no_source(
    channel: ChatwootChannel, here: Conversation, wishes: Wishes
) -> None:
    result = channel.send(outgoing())
    assert result == Sent(str(here.messages[-1].id), "queued")
    assert here.said == ["Abrimos a las **9**."]
    sent = next(body for _, path, body in wishes.asked if path.endswith("/messages"))
    assert sent["content_attributes"] == {"bot_out_id": "42"}
    assert "source_id" not in sent


SHORT = [{"id": "si", "title": "Sí"}, {"id": "no", "title": "No"}]


def test_choices_become_chatwoots_own(channel: ChatwootChannel, here: Conversation) -> None:
    channel.send(outgoing(kind="buttons", extra={"buttons": SHORT}, body="¿Agendamos?"))
    sent = here.messages[-1]
    assert sent.content_type == "input_select"
    assert sent.attributes["items"] == [
        {"title": "Sí", "value": "si"},
        {"title": "No", "value": "no"},
    ]


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("Channel::WebWidget", ["Sí", "No"]),
        ("Channel::TwilioSms", ["Sí", "No"]),
        ("Channel::Whatsapp", ["x" * 21, "No"]),
        ("Channel::Whatsapp", ["x" * 25, *"abcd"]),
        ("Channel::Whatsapp", list("abcdefghijk")),
    ],
)
def test_choices_that_could_not_be_tapped_or_answered_stay_words(
    channel: ChatwootChannel, here: Conversation, kind: str, titles: list[str]
) -> None:
    extra = {"buttons": [{"id": title, "title": title} for title in titles]}
    channel.send(outgoing(kind="buttons", extra=extra, facts={"kind": kind}))
    assert here.messages[-1].content_type == "text"
    assert here.said == ["Abrimos a las **9**."]


@pytest.mark.parametrize(
    ("fault", "again_in"),
    [
        (Fault(429, retry_after=7), 7.0),
        (Fault(429), 0.0),
        (Fault(408), 0.0),
        (Fault(401), None),
        (Fault(403), None),
        (Fault(404), None),
        (Fault(413), None),
        (Fault(302), None),
    ],
)
def test_what_was_surely_not_taken_is_refused(
    channel: ChatwootChannel,
    wishes: Wishes,
    here: Conversation,
    fault: Fault,
    again_in: float | None,
) -> None:
    wishes.posts.append(fault)
    result = channel.send(outgoing())
    assert isinstance(result, Refused)
    assert (result.again_in, result.code) == (again_in, str(fault.status))
    assert here.said == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500),
        Fault(500, taken=True),
        Fault(502),
        Fault(503, taken=True),
        Fault(504),
        wrong.RESET,
        wrong.RESET_BUT_TAKEN,
        wrong.RUBBISH_BUT_TAKEN,
        REFUSED_AND_TAKEN,
    ],
)
def test_what_cannot_be_told_is_unknown_and_sent_once(
    channel: ChatwootChannel, wishes: Wishes, here: Conversation, fault: Fault
) -> None:
    wishes.posts.append(fault)
    assert isinstance(channel.send(outgoing()), Unknown)
    assert len(here.said) == int(fault.taken)


def test_a_422_that_is_never_explained_is_refused_in_the_end(
    channel: ChatwootChannel, wishes: Wishes
) -> None:
    wishes.posts.append(Fault(422))
    result = channel.send(outgoing(attempts=5))
    assert isinstance(result, Refused)
    assert result.again_in is None


def test_a_rule_of_chatwoots_is_a_refusal_that_names_it(channel: ChatwootChannel) -> None:
    result = channel.send(outgoing(body="   "))
    assert isinstance(result, Refused)
    assert "Content can't be blank" in result.error


def test_two_hundred_messages_a_minute_are_enough(
    channel: ChatwootChannel, account: Account, here: Conversation
) -> None:
    for number in range(200):
        account.person_writes(here, str(number))
    result = channel.send(outgoing())
    assert isinstance(result, Refused)
    assert result.again_in == 60.0


def test_an_answer_that_never_comes_is_unknown(here: Conversation) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings = Settings(
            _env_file=None,
            chatwoot_api_url=f"http://127.0.0.1:{silent.getsockname()[1]}",
            chatwoot_account_id="3",
            chatwoot_api_token="t",
        )
        impatient = ChatwootChannel(settings, timeout=0.1)
        assert isinstance(impatient.send(outgoing()), Unknown)
        with pytest.raises(ChannelUnavailable):
            impatient.look_up(outgoing())
        with pytest.raises(ChannelUnavailable):
            impatient.may_speak(PLACE)


def test_a_connection_that_never_stood_is_refused_for_now(nobody: str) -> None:
    result = open_channel(nobody).send(outgoing())
    assert isinstance(result, Refused)
    assert result.again_in == 0.0


def test_without_settings_nothing_is_sent_and_the_sentence_names_them() -> None:
    result = ChatwootChannel(Settings(_env_file=None)).send(outgoing())
    assert isinstance(result, Refused)
    assert "CHATWOOT_API_TOKEN" in result.error


def test_after_a_day_whatsapp_takes_no_free_text_but_a_web_chat_does(
    channel: ChatwootChannel, here: Conversation
) -> None:
    yesterday = time.time() - 25 * 3600
    late = channel.send(outgoing(last_inbound_at=yesterday))
    assert isinstance(late, Refused)
    assert late.code == "window"
    web = outgoing(last_inbound_at=yesterday, facts={"kind": "Channel::WebWidget"})
    assert isinstance(channel.send(web), Sent)


# --- looking up


@pytest.mark.parametrize("token", [USER_TOKEN, BOT_TOKEN])
@pytest.mark.parametrize("taken", [True, False])
def test_an_unknown_send_is_found_if_it_was_taken(
    address: str, wishes: Wishes, here: Conversation, token: str, taken: bool
) -> None:
    channel = open_channel(address, token)
    wishes.posts.append(Fault(500, taken=taken))
    channel.send(outgoing())
    found = channel.look_up(outgoing())
    assert found == (Sent(str(here.messages[-1].id), "queued") if taken else None)


def test_a_send_is_found_on_an_older_page(
    channel: ChatwootChannel, account: Account, here: Conversation
) -> None:
    sent = channel.send(outgoing())
    for number in range(45):
        account.customer_writes(here, str(number))
    assert channel.look_up(outgoing()) == sent
    assert channel.look_up(outgoing(id=43)) is None


def test_an_equal_text_of_another_row_is_not_this_one(channel: ChatwootChannel) -> None:
    channel.send(outgoing(id=41))
    assert channel.look_up(outgoing(id=42)) is None


def test_a_bots_token_that_may_read_nothing_finds_nothing(
    address: str, wishes: Wishes, here: Conversation
) -> None:
    wishes.bots_may -= {"show"}
    channel = open_channel(address, BOT_TOKEN)
    channel.send(outgoing())
    assert channel.look_up(outgoing()) is None


def test_messages_that_cannot_be_read_now_say_so(channel: ChatwootChannel, wishes: Wishes) -> None:
    wishes.get_status = 500
    with pytest.raises(ChannelUnavailable):
        channel.look_up(outgoing())


# --- who may speak


def test_the_bot_may_speak_where_it_is_pending_and_nobodys(
    channel: ChatwootChannel, account: Account, here: Conversation
) -> None:
    assert channel.may_speak(PLACE) == ""
    here.assignee = BOT
    assert channel.may_speak(PLACE) == ""
    for status in ("open", "resolved", "snoozed"):
        account.change(here, status)
        assert status in channel.may_speak(PLACE)


def test_an_assigned_person_has_the_word(
    channel: ChatwootChannel, account: Account, here: Conversation
) -> None:
    account.assign(here, PERSON)
    assert "a person is assigned" in channel.may_speak(PLACE)


def test_a_person_who_wrote_last_has_the_word_though_nothing_else_changed(
    channel: ChatwootChannel, account: Account, here: Conversation
) -> None:
    account.person_writes(here, "nota", private=True)
    assert channel.may_speak(PLACE) == ""
    account.person_writes(here, "Ya te atiendo")
    assert "a person wrote last" in channel.may_speak(PLACE)
    account.customer_writes(here, "gracias")
    assert channel.may_speak(PLACE) == ""


def test_a_token_that_may_not_ask_relies_on_the_webhooks(
    address: str, wishes: Wishes, account: Account, here: Conversation
) -> None:
    wishes.bots_may -= {"show"}
    account.change(here, "open")
    assert open_channel(address, BOT_TOKEN).may_speak(PLACE) == ""


def test_when_chatwoot_cannot_be_asked_it_is_said(channel: ChatwootChannel, wishes: Wishes) -> None:
    wishes.get_status = 503
    with pytest.raises(ChannelUnavailable):
        channel.may_speak(PLACE)


# --- typing


def test_typing_is_shown_and_ends_with_the_answer(
    channel: ChatwootChannel, here: Conversation
) -> None:
    channel.typing(PLACE)
    _until(lambda: here.typing == ["on"])
    channel.send(outgoing())
    _until(lambda: here.typing == ["on", "off"])


def test_typing_never_waits_and_never_fails() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        channel = open_channel(f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        for _ in range(100):
            channel.typing(PLACE)
        assert time.monotonic() - started < TYPING_SECONDS  # what one that waited would take
    open_channel("http://127.0.0.1:9").typing(PLACE)


def _until(happened: Any) -> None:
    """Wait for another thread, at most half a minute."""
    tick = threading.Event()
    for _ in range(3_000):
        if happened():
            return
        tick.wait(0.01)
    raise AssertionError("it never happened")
