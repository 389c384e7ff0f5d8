"""What a customer points to reaches the model with its words, and staff see it beside theirs."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from actions.intake import accept
from agent.answer import About, AboutKind, Author
from jobs import deliver, turn
from jobs.context import WorkerContext
from jobs.handoff_note import briefing
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo
from store.conversations.threads import ThreadMessage
from store.conversations.work import Outcome
from tests.fakes import Clock
from tests.jobs.conftest import OURS
from tests.jobs.fakes import EchoRuntime, MemoryChannel

ANA = "whatsapp:+5215550001111"
GONE = About(AboutKind.MESSAGE, id="SM-nobody")


class Talk:
    """Ana's conversation with the agent."""

    def __init__(self, context: WorkerContext, clock: Clock, runtime: EchoRuntime) -> None:
        self.context, self.clock, self.runtime = context, clock, runtime

    def say(self, text: str, sid: str = "", **more: Any) -> int:
        """Ana writes; return the conversation."""
        message = Inbound("twilio", sid or f"SM-{text}", OURS, ANA, text, **more)
        return self.context.services.store.inbox.accept([message])[0].conversation_id

    def quote(self, text: str, sid: str) -> None:
        """Ana answers the message of that id, and the agent answers her."""
        self.say(text, f"SM-{text}-{sid}", about=({"kind": "message", "id": sid},))
        self.answer()

    def answer(self) -> None:
        """The agent answers what waits, and its reply is sent."""
        self.clock.pass_seconds(10)
        turn.take(self.context, 1)
        deliver.send(self.context, 1)

    def thread(self) -> list[ThreadMessage]:
        """What staff see."""
        return list(self.context.services.store.conversations.thread(1))

    def pointed(self) -> list[About]:
        """What the model was told that Ana points to, in the last turn."""
        return self.runtime.about[-1]


@pytest.fixture
def talk(context: WorkerContext, clock: Clock, runtime: EchoRuntime) -> Talk:
    return Talk(context, clock, runtime)


def test_a_quoted_reply_of_ours_comes_with_its_words(talk: Talk) -> None:
    talk.say("¿frenos?")
    talk.answer()
    talk.quote("¿y este?", "SM1")  # as the provider named the part
    assert talk.pointed() == [About(AboutKind.MESSAGE, "¿frenos?", Author.AGENT, id="SM1")]
    assert talk.runtime.asked[-1] == ["¿y este?"]


def test_a_quoted_part_is_that_part_and_no_other(talk: Talk) -> None:
    long = "\n\n".join(f"{name} " + "x" * 1_500 for name in ("uno", "dos"))
    talk.say(long, "SM-long")
    talk.answer()
    deliver.send(talk.context, 1)
    talk.quote("¿y este?", "SM2")
    [found] = talk.pointed()
    assert found.text.startswith("dos ")
    assert "uno" not in found.text


def test_a_quoted_message_of_their_own_comes_with_its_words(talk: Talk) -> None:
    talk.say("busco pastillas", "SM-a")
    talk.answer()
    talk.quote("para este", "SM-a")
    assert talk.pointed() == [
        About(AboutKind.MESSAGE, "busco pastillas", Author.CUSTOMER, id="SM-a")
    ]


def test_a_quoted_message_of_the_same_burst_comes_with_its_words(talk: Talk) -> None:
    talk.say("busco pastillas", "SM-a")
    talk.quote("digo, dos de estas", "SM-a")
    assert [one.text for one in talk.pointed()] == ["busco pastillas"]


def test_a_quoted_message_of_a_person_comes_with_its_words(talk: Talk) -> None:
    here = talk.say("hola")
    owners = talk.context.services.store.owners
    owners.echo(Echo("twilio", "SM-person", OURS, ANA, "Se lo dejo en 900", "Bia"))
    owners.hand_back(here, "bia@example.com")
    talk.quote("¿y este?", "SM-person")
    assert talk.pointed() == [
        About(AboutKind.MESSAGE, "Se lo dejo en 900", Author.HUMAN, id="SM-person")
    ]


def test_a_message_that_is_not_here_is_said_to_be_unknown(talk: Talk) -> None:
    talk.quote("¿y este?", "SM-nobody")
    assert talk.pointed() == [GONE]


def test_nobody_reads_what_is_in_another_conversation(talk: Talk) -> None:
    secret = Inbound("twilio", "SM-luis", OURS, "whatsapp:+5215550002222", "mi clave es 1234")
    talk.say("hola")
    talk.context.services.store.inbox.accept([secret])
    talk.quote("¿y este?", "SM-luis")
    assert [one.text for one in talk.pointed()] == [""]


def test_chatwoots_id_of_the_network_finds_the_customers_own(talk: Talk) -> None:
    talk.say("busco pastillas", "90", payload={"source_id": "wamid.A"})
    talk.quote("para este", "wamid.A")
    assert [one.text for one in talk.pointed()] == ["busco pastillas"]


@pytest.mark.parametrize("words", ["Un freno de disco.", ""])
def test_a_quoted_photo_is_what_was_seen_in_it(talk: Talk, words: str) -> None:
    photo = {"url": "https://api.example/1", "media_type": "image/jpeg"}
    here = talk.say("", "SM-foto", media=(photo,))
    talk.context.services.store.owners.pause(here, talk.clock.now + 60, "ana")
    store = talk.context.services.store.attachments
    [one] = store.of([1])
    store.kept(one, stored_name="a.jpg", media_type="image/jpeg", bytes=1, words=words, error="")
    talk.context.services.store.owners.hand_back(here, "ana")
    talk.quote("¿y este?", "SM-foto")
    assert talk.pointed() == [
        About(AboutKind.MESSAGE, words, Author.CUSTOMER, "image/jpeg", id="SM-foto")
    ]


def test_a_product_and_an_ad_come_as_they_were_told(talk: Talk) -> None:
    ad = {"kind": "ad", "text": "Frenos -20 %", "url": "https://fb.me/1"}
    talk.say("quiero", about=({"kind": "product", "text": "LLANTA-R15"}, ad))
    talk.answer()
    assert talk.pointed() == [
        About(AboutKind.PRODUCT, "LLANTA-R15"),
        About(AboutKind.AD, "Frenos -20 %", url="https://fb.me/1"),
    ]


def test_a_later_turn_still_knows_what_was_pointed_to(talk: Talk) -> None:
    talk.say("busco pastillas", "SM-a")
    talk.answer()
    talk.quote("para este", "SM-a")
    talk.say("gracias")
    talk.answer()
    line = next(said for said in talk.runtime.histories[-1] if said.text == "para este")
    assert [one.text for one in line.about] == ["busco pastillas"]


def test_staff_see_what_was_quoted(talk: Talk) -> None:
    talk.say("busco pastillas", "SM-a")
    talk.quote("para este", "SM-a")
    quoting = next(line for line in talk.thread() if line.text == "para este")
    assert [one.text for one in quoting.about] == ["busco pastillas"]


def test_what_was_erased_is_quoted_no_more(talk: Talk, clock: Clock) -> None:
    talk.say("mi dirección es Sol 3", "SM-a")
    talk.answer()
    clock.pass_seconds(400 * 86_400)
    talk.say("hola")
    talk.answer()
    while talk.context.services.store.erasure.forget({"messages": 365}):
        pass
    talk.quote("a esta", "SM-a")
    assert talk.pointed() == [About(AboutKind.MESSAGE, id="SM-a")]


def test_a_quote_survives_the_spool(talk: Talk) -> None:
    message = Inbound("twilio", "SM-x", OURS, ANA, "x", about=({"kind": "message", "id": "SM1"},))
    fields = json.loads(json.dumps(asdict(message)))
    fields |= {name: tuple(fields[name]) for name in ("media", "about")}
    accept(talk.context.services, "twilio", [Inbound(**fields)])
    assert talk.thread()[-1].about == (About(AboutKind.MESSAGE, id="SM1"),)


def test_who_quotes_nothing_costs_no_look(talk: Talk, channel: MemoryChannel) -> None:
    talk.say("hola")
    talk.answer()
    assert talk.pointed() == []
    assert channel.taken == ["hola"]


def test_the_same_words_about_five_messages_are_no_machine(talk: Talk) -> None:
    for number in range(6):
        talk.say(f"modelo {number}", f"SM-m{number}")
        talk.answer()
    for number in range(6):
        talk.quote("¿y este?", f"SM-m{number}")
    assert talk.runtime.asked[-6:] == [["¿y este?"]] * 6


def test_a_desk_reads_what_the_words_are_about(talk: Talk) -> None:
    here = talk.say("busco pastillas", "SM-a")
    talk.say("para este", about=({"kind": "message", "id": "SM-a"},))
    lease = talk.context.services.store.turns.lease(here)
    assert lease is not None
    store = talk.context.services.store
    work = store.pointed.in_words(store.turns.read(lease, 10))
    note = briefing(work, Outcome("handoff", None, 0.0, handoff_reason="asked"), "es")
    assert "> **Cliente:** ↩ «busco pastillas» para este" in note
