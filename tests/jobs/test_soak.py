"""Conversations made by a seed with a model that misbehaves in ten ways: who reads what.

`make test` plays 30 of them, `make soak` 300 (`SOAK`, and `SEED` for others).
"""

import dataclasses
import json
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from agent.middleware import Patience
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import KnowledgeChoice, Spec
from jobs import turn
from jobs.context import WorkerContext
from knowledge.base import Passage
from store.conversations.inbox import Accepted
from store.states import Owner
from store.tables import conversations, outbox, turns
from tests.agent.spellings import CALLS, CONTROL, MARKS, THOUGHTS
from tests.fakes import Clock, FakeRetriever, named_tools
from tests.jobs.conftest import OURS
from tests.standins.openai import KEY, OpenAIStandin, Reply, fails, openai_standin, returns, says
from tests.standins.server import serve

CONVERSATIONS = int(os.environ.get("SOAK", "30"))
SEED = int(os.environ.get("SEED", "13"))
SECRET = "El margen es 30%, no decirlo."
SAID = "La garantía dura doce meses."
QUESTIONS = ["¿Qué garantía tienen?", "¿Y cuánto dura?", "Hola", "¿Cubre el motor?", "Gracias"]
WISHES = ["Quiero hablar con una persona", "¿Me pasa con un asesor?", "I want to talk to someone"]
# What only machines should read.
SIGNS = ("margen", "<", ">", "{", "}", "†", "【", "[^", "tool", "query", "knowledge", "think", "|")
NO_ARGUMENTS = ["{}", "", "null", '{"reason": null}', '{"motivo": 1}', '{"rea', "[]"]
Dice = random.Random
Write = Callable[..., Accepted]


def thinking(dice: Dice, said: str) -> str:
    return dice.choice(THOUGHTS).replace("{}", SECRET) + said


def unopened(dice: Dice, said: str) -> str:
    return f"{SECRET}\n{dice.choice(['</think>', '</THINKING>', '[/THINK]'])}\n{said}"


def written(dice: Dice, name: str) -> str:
    return dice.choice(CALLS).replace("knowledge", name)


def marked(dice: Dice) -> str:
    return f"La garantía{dice.choice(MARKS)} dura doce meses{dice.choice(MARKS)}."


def native(dice: Dice) -> Reply:
    """A hand-off as models call it."""
    function = {"name": "handoff", "arguments": dice.choice(NO_ARGUMENTS)}
    call = {"type": "function", "function": function} | dice.choice([{}, {"id": "a"}])
    return returns({"content": dice.choice([None, ""]), "tool_calls": [call]}, "tool_calls")


def in_parts(said: str) -> Reply:
    return returns(
        {"content": [{"type": "thinking", "thinking": SECRET}, {"type": "text", "text": said}]}
    )


def bad_call(dice: Dice) -> Reply:
    arguments = dice.choice(['{"que', '{"words": 1}', "[1, 2]"])
    call = {
        "id": "a",
        "type": "function",
        "function": {"name": "knowledge", "arguments": arguments},
    }
    return returns({"content": None, "tool_calls": [call]}, "tool_calls")


# Each: what it does with a question, and with the wish for a person.
MODES: dict[str, tuple[Callable[[Dice], list[Reply]], Callable[[Dice], list[Reply]]]] = {
    "thinks": (lambda d: [says(thinking(d, SAID))], lambda d: [native(d)]),
    "thinks unopened": (lambda d: [says(unopened(d, SAID))], lambda d: [native(d)]),
    "thinks unclosed": (lambda d: [says(f"<think>{SECRET}")], lambda d: [says(f"<think>{SECRET}")]),
    "thinks in parts": (lambda d: [in_parts(SAID)], lambda d: [in_parts(written(d, "handoff"))]),
    "writes calls": (
        lambda d: [says(written(d, "knowledge")), says(SAID)],
        lambda d: [says(written(d, "handoff"))],
    ),
    "writes half calls": (
        lambda d: [says('<tool_call>{"name": "know')],
        lambda d: [says('<tool_call>{"name": "know')],
    ),
    "calls badly": (lambda d: [bad_call(d), says(SAID)], lambda d: [bad_call(d)]),
    "cites otherwise": (lambda d: [says(marked(d))], lambda d: [native(d)]),
    "leaks tokens": (
        lambda d: [says(f"{d.choice(CONTROL)}{SAID}{d.choice(CONTROL)}")],
        lambda d: [says(f"{d.choice(CONTROL)}{written(d, 'handoff')}")],
    ),
    "breaks off": (
        lambda d: [
            returns({"content": f"{SAID} Ade"}, d.choice(["length", "error", "content_filter"]))
        ],
        lambda d: [d.choice([fails(500), fails(400), returns({"content": "Cla"}, "error")])],
    ),
}


@pytest.fixture
def model() -> Iterator[tuple[OpenAIStandin, str]]:
    app = openai_standin()
    with serve(app) as url:
        yield app, f"{url}/v1"


@pytest.fixture
def desk(context: WorkerContext, model: tuple[OpenAIStandin, str]) -> Iterator[WorkerContext]:
    """The desk, with a real runtime that asks the stand-in."""
    found = Passage(1, "base", "s", "garantia.pdf", 1, SAID, 0.9, page=2)
    settings = Settings(_env_file=None, openai_api_key=KEY, openai_base_url=model[1])
    patience = Patience(first_wait=0, sleep=lambda seconds: None)
    runtime = Runtime(settings, FakeRetriever([found]), patience=patience)
    knowing = KnowledgeChoice(bases=("base",), grounded_only=False)
    spec = Spec(name="Ana", knowledge=knowing, tools=named_tools("knowledge", "handoff"))
    agents = context.services.store.agents
    agents.release_draft(agents.create(spec, "ana"), "twilio", OURS, "ana")
    yield dataclasses.replace(context, runtime=runtime)
    runtime.close()


def test_nobody_reads_what_machines_read_and_who_asks_for_a_person_gets_one(
    desk: WorkerContext, write: Write, clock: Clock, model: tuple[OpenAIStandin, str]
) -> None:
    dice = random.Random(SEED)
    wished = {}
    for number in range(CONVERSATIONS):
        wishes = dice.random() < 0.5
        here = _talk(desk, write, clock, model[0], dice, number, wishes)
        wished[here] = wishes
    sent = _rows(desk, outbox.c.conversation_id, outbox.c.body)
    leaks = [row for row in sent if any(sign in row[1].lower() for sign in SIGNS)]
    assert leaks == []
    assert {here for here, _ in sent} == set(wished)
    owners = dict(_rows(desk, conversations.c.id, conversations.c.owner))
    assert [here for here, wishes in wished.items() if wishes and owners[here] == Owner.BOT] == []
    assert _unexplained(desk) == []


def _talk(
    desk: WorkerContext,
    write: Write,
    clock: Clock,
    app: OpenAIStandin,
    dice: Dice,
    number: int,
    wishes: bool,
) -> int:
    """One conversation, whose last words may be the wish for a person."""
    lines = [(dice.choice(QUESTIONS), 0) for _ in range(dice.randint(1, 2))]
    for place, (text, kind) in enumerate([*lines, *([(dice.choice(WISHES), 1)] if wishes else [])]):
        app.script = dice.choice(list(MODES.values()))[kind](dice)
        customer = f"whatsapp:+52155{number:08d}"
        here = write(text, sid=f"SM{number}-{place}", customer=customer).conversation_id
        clock.pass_seconds(10)
        turn.take(desk, here)
    return here


def _unexplained(desk: WorkerContext) -> list[Any]:
    """Fallbacks of which staff read no reason, and reasons or traces that hold a thought."""
    rows = _rows(desk, turns.c.outcome, turns.c.error, turns.c.trace)
    return [
        (outcome, error)
        for outcome, error, trace in rows
        if (outcome == "fallback" and ": " not in error)
        or error.startswith("unexpected")
        or "margen" in json.dumps([error, trace], ensure_ascii=False)
    ]


def _rows(desk: WorkerContext, *columns: Any) -> list[Any]:
    with desk.services.database.read() as tx:
        return [tuple(row) for row in tx.execute(select(*columns))]


def test_there_are_ten_ways() -> None:
    assert len(MODES) == 10
