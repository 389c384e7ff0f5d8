"""Any text a customer sends is answered, and any text a model answers with is delivered."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from langchain_core.messages import AIMessage
from langchain_core.messages.tool import tool_call

from agent.answer import Answer, Token
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import Spec
from agent.text import storable
from jobs import deliver, turn
from jobs.context import WorkerContext
from store.conversations.inbox import Accepted
from tests.fakes import Clock, FakeRetriever, ScriptedModel
from tests.jobs.fakes import MemoryChannel
from tests.texts import ANY_TEXT, is_storable

SEVERAL = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PHONES = map("whatsapp:+52155{:08}".format, itertools.count())


def answering_with(context: WorkerContext, *script: str | AIMessage) -> WorkerContext:
    models = ScriptedModel(*script)
    return replace(
        context, runtime=Runtime(Settings(_env_file=None), FakeRetriever(), models=models)
    )


def answered(context: WorkerContext, clock: Clock, accepted: Accepted) -> str:
    """Take the turn and deliver it; return how the turn ended."""
    clock.pass_seconds(60)
    turn.take(context, accepted.conversation_id)
    deliver.send(context, accepted.conversation_id)
    found = context.services.store.conversations.reply_to(accepted.inbox_id or 0)
    return found[1].outcome if found else ""


@SEVERAL
@given(said=ANY_TEXT)
@example(said="Claro \ud83d")
def test_what_a_model_says_is_stored_and_delivered(
    context: WorkerContext,
    channel: MemoryChannel,
    write: Callable[..., Accepted],
    clock: Clock,
    said: str,
) -> None:
    accepted = write("hola", sid=(phone := next(PHONES)), customer=phone)
    said = f"Son 3 meses. {said}"
    assert answered(answering_with(context, said), clock, accepted) == "answered"
    assert channel.taken[-1].startswith("Son 3 meses.")
    assert is_storable(channel.taken[-1])


@SEVERAL
@given(said=ANY_TEXT)
@example(said="\ud83d")
def test_what_a_model_hands_to_a_tool_is_stored(
    context: WorkerContext,
    channel: MemoryChannel,
    write: Callable[..., Accepted],
    clock: Clock,
    said: str,
) -> None:
    accepted = write("hola", sid=(phone := next(PHONES)), customer=phone)
    asked = AIMessage("", tool_calls=[tool_call(name="handoff", args={"reason": said}, id="1")])
    assert answered(answering_with(context, asked), clock, accepted) == "handoff"


@pytest.mark.parametrize("split", ["Hola \ud83d|\ude00.", "Hola\0 |😀.", "Hola 😀.|"])
def test_pieces_that_are_split_inside_a_character_are_whole_in_a_stream(split: str) -> None:
    class Splitting(ScriptedModel):
        def _stream(self, messages, stop=None, run_manager=None, **kwargs):  # type: ignore[no-untyped-def]
            for piece in split.split("|"):
                yield from ScriptedModel(piece)._stream(messages)

    runtime = Runtime(Settings(_env_file=None), FakeRetriever(), models=Splitting("x"))
    *events, last = runtime.stream(Spec(name="Sofía"), [], ["hola a todos"])
    shown = "".join(event.text for event in events if isinstance(event, Token))
    assert isinstance(last, Answer)
    assert is_storable(shown + last.text)
    assert last.text == storable(last.text)
