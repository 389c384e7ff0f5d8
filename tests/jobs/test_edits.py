"""An edit corrects what it corrects, whenever it comes and however often."""

from dataclasses import replace
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from agent.answer import About, AboutKind
from jobs import turn
from jobs.context import WorkerContext
from store.conversations.inbox import Accepted, Inbound
from store.tables import inbox
from tests.fakes import Clock
from tests.jobs.conftest import OURS
from tests.jobs.fakes import EchoRuntime

ANA = "whatsapp:+5215550001111"
NAMES = count()


class Talk:
    """Ana writes, corrects and takes back; the agent answers."""

    def __init__(
        self, context: WorkerContext, clock: Clock, runtime: EchoRuntime, customer: str = ANA
    ) -> None:
        self.context, self.clock, self.runtime = context, clock, runtime
        self.customer, self.here = customer, 1

    def say(self, text: str, sid: str, **more: Any) -> Accepted:
        """One webhook."""
        message = Inbound("twilio", sid, OURS, self.customer, text, **more)
        accepted = self.context.services.store.inbox.accept([message])[0]
        self.here = accepted.conversation_id
        return accepted

    def edit(self, text: str, sid: str = "E", at: float = 0.0, original: str = "A") -> Accepted:
        """An edit of the message A."""
        return self.say(text, sid, corrects=original, written_at=at)

    def take_back(self, sid: str = "R", at: float = 0.0) -> Accepted:
        """The message A is taken back."""
        return self.say("", sid, corrects="A", withdrawn=True, written_at=at)

    def answer(self) -> list[list[str]]:
        """The agent answers until nothing waits; return what it was asked, turn by turn."""
        for _ in range(4):
            self.clock.pass_seconds(10)
            turn.take(self.context, self.here)
        return self.runtime.asked

    def shown(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """What staff see: who, the words, and the marks."""
        return [
            (line.author, line.text, [(one.kind, one.text) for one in line.about])
            for line in self.context.services.store.conversations.thread(self.here)
        ]


@pytest.fixture
def talk(context: WorkerContext, clock: Clock, runtime: EchoRuntime) -> Talk:
    return Talk(context, clock, runtime)


def test_what_was_not_answered_yet_is_corrected_in_its_place(talk: Talk) -> None:
    talk.say("quiero 2", "A")
    talk.say("de las rojas", "B")
    talk.edit("quiero 3")
    assert talk.answer() == [["quiero 3", "de las rojas"]]
    assert talk.shown()[0] == ("customer", "quiero 3", [("edited", "quiero 2")])
    assert len(talk.shown()) == 3


def test_what_was_answered_already_is_corrected_by_a_new_message(talk: Talk) -> None:
    talk.say("quiero 2", "A")
    talk.answer()
    talk.edit("quiero 3")
    assert talk.answer() == [["quiero 2"], ["quiero 3"]]
    assert talk.runtime.about[-1] == [About(AboutKind.REPLACED, "quiero 2")]
    assert ("customer", "quiero 3", [("replaced", "quiero 2")]) in talk.shown()
    assert ("customer", "quiero 2", [("edited", "")]) in talk.shown()


def test_a_turn_that_runs_with_the_former_words_is_thrown_away(talk: Talk) -> None:
    talk.say("quiero 2", "A")
    talk.runtime.meanwhile = lambda: len(talk.runtime.asked) == 1 and talk.edit("quiero 3")
    assert talk.answer() == [["quiero 2"], ["quiero 3"]]
    assert [text for author, text, _ in talk.shown() if author == "agent"] == ["quiero 3"]


@pytest.mark.parametrize("times", [1, 3])
def test_an_edit_that_comes_twice_corrects_once(talk: Talk, times: int) -> None:
    talk.say("quiero 2", "A")
    talk.answer()
    for _ in range(times):
        talk.edit("quiero 3")
        talk.answer()
    assert talk.runtime.asked == [["quiero 2"], ["quiero 3"]]


def test_an_edit_that_comes_first_takes_its_originals_place(talk: Talk) -> None:
    talk.edit("quiero 3")
    assert not talk.say("quiero 2", "A").is_new
    assert talk.answer() == [["quiero 3"]]


def test_an_original_that_comes_after_its_edit_was_answered_asks_nothing(talk: Talk) -> None:
    talk.edit("quiero 3")
    talk.answer()
    talk.say("quiero 2", "A")
    talk.edit("quiero 3")
    assert talk.answer() == [["quiero 3"]]


def test_a_second_edit_of_what_was_answered_corrects_the_first(talk: Talk) -> None:
    talk.say("quiero 2", "A")
    talk.answer()
    talk.edit("quiero 3", "E1")
    talk.edit("quiero 4", "E2")
    assert talk.answer() == [["quiero 2"], ["quiero 4"]]
    talk.edit("quiero 5", "E3")
    assert talk.answer()[-1] == ["quiero 5"]
    assert talk.runtime.about[-1] == [About(AboutKind.REPLACED, "quiero 4")]


def test_an_edit_that_is_older_than_the_one_of_an_answered_message_changes_nothing(
    talk: Talk,
) -> None:
    talk.say("quiero 2", "A")
    talk.answer()
    talk.edit("quiero 4", "E2", 20.0)
    talk.edit("quiero 3", "E1", 10.0)
    assert talk.answer()[-1] == ["quiero 4"]


@pytest.mark.parametrize("order", list(permutations(("A", "E1", "E2"))))
def test_whatever_the_order_the_last_words_are_answered_once(
    talk: Talk, order: tuple[str, ...]
) -> None:
    for sid in order * 2:
        if sid == "A":
            talk.say("quiero 2", "A")
        else:
            talk.edit({"E1": "quiero 3", "E2": "quiero 4"}[sid], sid, {"E1": 10.0, "E2": 20.0}[sid])
    assert talk.answer() == [["quiero 4"]]


def test_an_edit_of_a_strangers_message_changes_nothing_of_theirs(talk: Talk) -> None:
    talk.context.services.store.inbox.accept(
        [Inbound("twilio", "A", OURS, "whatsapp:+5215550002222", "soy Luis")]
    )
    message = Inbound("twilio", "E", OURS, ANA, "soy Ana", corrects="A")
    here = talk.context.services.store.inbox.accept([message])[0].conversation_id
    thread = talk.context.services.store.conversations.thread
    assert [line.text for line in thread(1)] == ["soy Luis"]
    assert [line.text for line in thread(here)] == ["soy Ana"]


def test_the_caption_of_a_photo_is_corrected_and_the_photo_is_the_same(talk: Talk) -> None:
    photo = ({"url": "1", "media_type": "image/jpeg"},)
    talk.say("la de atrás", "A", media=photo)
    talk.say("la de enfrente", "E", media=photo, corrects="A")
    assert talk.shown() == [("customer", "la de enfrente", [("edited", "la de atrás")])]
    assert len(talk.context.services.store.attachments.of([1, 2])) == 1


def test_an_edit_into_stop_stops(talk: Talk) -> None:
    talk.say("quiero 2", "A")
    talk.edit("STOP")
    assert talk.answer() == []
    assert talk.context.services.store.conversations.get(1).opted_out_at is not None


def test_what_was_taken_back_before_it_was_answered_is_not_answered(talk: Talk) -> None:
    talk.say("quiero 2", "A")
    talk.say("hola", "B")
    talk.take_back()
    assert talk.answer() == [["hola"]]
    assert talk.shown()[0] == ("customer", "", [("withdrawn", "")])


def test_what_was_taken_back_before_it_came_is_not_answered(talk: Talk) -> None:
    talk.say("hola", "B")
    talk.take_back()
    talk.say("quiero 2", "A")
    assert talk.answer() == [["hola"]]


def test_taking_back_what_was_answered_says_nothing(talk: Talk) -> None:
    talk.say("quiero 2", "A")
    talk.answer()
    talk.take_back()
    talk.take_back()
    assert talk.answer() == [["quiero 2"]]
    assert talk.shown()[0] == ("customer", "quiero 2", [("withdrawn", "")])


def test_taking_back_the_only_message_ends_the_turn_that_runs(talk: Talk) -> None:
    talk.say("quiero 2", "A")
    talk.runtime.meanwhile = talk.take_back
    talk.answer()
    assert [author for author, _, _ in talk.shown()] == ["customer"]


def test_whoever_is_unknown_takes_nothing_back(talk: Talk) -> None:
    gone = Inbound("twilio", "R", OURS, ANA, "", corrects="A", withdrawn=True, only_known=True)
    assert talk.context.services.store.inbox.accept([gone]) == []


def test_edits_are_forgotten_with_what_they_corrected(talk: Talk, clock: Clock) -> None:
    talk.say("quiero 2", "A")
    talk.edit("quiero 3")
    talk.say("otra cosa", "B")
    talk.edit("otra", "E2", original="B")
    talk.answer()
    clock.pass_seconds(400 * 86_400)
    while talk.context.services.store.erasure.forget({"messages": 365}):
        pass
    with talk.context.services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(inbox)) == 0


EVENTS = st.lists(
    st.sampled_from([("A", 0), ("E1", 10), ("E2", 20), ("turn", 0)]), min_size=1, max_size=8
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS)
def test_in_any_order_no_words_are_answered_twice_and_the_last_ones_always(
    talk: Talk, events: list[tuple[str, int]]
) -> None:
    name = str(next(NAMES))
    talk = Talk(talk.context, talk.clock, EchoRuntime(), f"whatsapp:+52155{name}")
    talk.context = replace(talk.context, runtime=talk.runtime)  # type: ignore[arg-type]
    words = {"A": "dos", "E1": "tres", "E2": "cuatro"}
    for kind, at in events:
        if kind == "turn":
            talk.answer()
        elif kind == "A":
            talk.say("dos", f"A{name}")
        else:
            talk.edit(words[kind], f"{kind}{name}", float(at), f"A{name}")
    asked = [text for burst in talk.answer() for text in burst]
    came = [kind for kind, _ in events if kind != "turn"]
    assert len(asked) == len(set(asked))
    if came:
        assert asked[-1] == words[max(came)]
