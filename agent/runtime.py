"""The running agent: one function turns a frozen Spec into what answers, everywhere.

    spec ── build ──> LangChain agent (cached by spec)
    inbound ── guard ── hand-off words? ── search ── agent ── guard ──> Answer

The studio, the API, the workers, the notebooks and the tests all come through `answer` or
`stream`. Neither raises when the model, the network, the knowledge or a tool fails: the customer
gets the agent's own fallback text and staff get the reason. There is no checkpointer: the
history of a conversation is our own table, handed in by the caller.
"""

import functools
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langsmith import configure as configure_langsmith

from agent.answer import About, Answer, Asked, Author, Handoff, Outcome, Said, Step, Token
from agent.citations import citations_in, without_marks
from agent.failures import ToolLoop, why
from agent.grounding.guard import GroundedGuard, Ungrounded
from agent.grounding.nearness import Nearness
from agent.guardrails.checks import (
    NOTHING_BUT_LINKS,
    canary_of,
    cut,
    may_be_shown,
    refusal,
    shortened,
    without_strangers,
)
from agent.handoffs import asked_for, ended
from agent.language import asked_in
from agent.llm import ChatModels, Models
from agent.log import log_place
from agent.lookup import Lookup, Lookups, TurnContext
from agent.middleware import Patience, around
from agent.pointing import as_said, remembered, searched, within
from agent.prompt import customer_block, knowledge_block, system_prompt, told
from agent.record import Record
from agent.settings import Settings
from agent.spec import Spec
from agent.streaming import Stream
from agent.tools.registry import Tables, tables_for, tools_of
from knowledge.lexical import stems

log = logging.getLogger(__name__)

Event = Token | Step | Answer
FEW_WORDS = 6  # a message this short says what it is about only with the one before it
ENOUGH_WORDS = 3  # a message this long can be looked up by itself
QUERY_CHARACTERS = 1_000
MOST_QUERIES = 5
CACHED_AGENTS = 256
STEPS_A_CALL = 2  # of the graph: the model, and its tools


@dataclass(frozen=True)
class Built:
    """A spec, ready to answer."""

    agent: Any  # langgraph's CompiledStateGraph, whose parameters say nothing here
    prompt: str
    calls: int
    guard: GroundedGuard | None


@dataclass(frozen=True)
class _Turn:
    """What was asked, and what is known about it before the model is."""

    spec: Spec
    history: tuple[Said, ...]
    inbound: tuple[str, ...]
    live: bool
    language: str
    about: tuple[tuple[About, ...], ...] = ()  # what each of *inbound* points to
    snapshot: str = ""  # of what is known; empty: what is known by now
    now: float | None = None  # of the day, where it is not the present
    simulated: bool = False

    @property
    def asked(self) -> list[Said]:
        """The burst, each message with what it points to."""
        pairs = zip(self.inbound, self.about, strict=True)
        return [Said(Author.CUSTOMER, text, about) for text, about in pairs]


class Runtime:
    """Answers customers as the agent that a spec describes. One a process; safe to share."""

    def __init__(
        self,
        settings: Settings,
        retriever: Lookups,
        clock: Callable[[], float] = time.monotonic,
        patience: Patience | None = None,
        models: Models | None = None,
        now: Callable[[], float] = time.time,
        nearness: Nearness | None = None,
    ) -> None:
        # Conversations never go to LangSmith, whatever the environment says.
        configure_langsmith(enabled=False)
        self.models: Models = models or ChatModels(settings)
        self._settings = settings
        self._retriever = retriever
        self._clock = clock
        self._now = now  # the hour of the day; *clock* only measures
        self._patience = patience or Patience()
        self._nearness = nearness  # without one, words alone say whether an answer is grounded
        self.build = functools.lru_cache(maxsize=CACHED_AGENTS)(self._build)

    def answer(
        self,
        spec: Spec,
        history: Sequence[Said],
        inbound: Sequence[Asked],
        live: bool = False,
        snapshot: str = "",
        now: float | None = None,
        simulated: bool = False,
    ) -> Answer:
        """Answer *inbound* (one burst, one turn); *history* is what was said before it.

        *live* says that a real person's phone will receive the answer. With a *snapshot* (the id of
        a version) what that version pins is known, else what is known by now. *now* (seconds since
        1970) is the moment it is answered at, where that is not the present. *simulated*: no tool
        may act in the world, only say what it would have done (`TurnContext.simulated`).
        """
        turn = _turn(spec, history, inbound, live, snapshot)
        turn = replace(turn, now=now, simulated=simulated)
        for event in self._run(turn, ["updates"]):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a turn always ends in an answer")

    def stream(
        self,
        spec: Spec,
        history: Sequence[Said],
        inbound: Sequence[Asked],
        live: bool = False,
        snapshot: str = "",
    ) -> Iterator[Event]:
        """Answer as `answer` does, showing tokens and steps as they come; the Answer is last."""
        turn = _turn(spec, history, inbound, live, snapshot)
        yield from self._run(turn, ["updates", "messages"])

    def close(self) -> None:
        """Close every connection to a model."""
        self.models.close()

    def _build(self, spec: Spec, known: Tables = ()) -> Built:
        prompt = system_prompt(spec, canary_of(spec))
        agent: Any = create_agent(
            self.models.get(spec.model),
            tools_of(spec.tools, known),
            system_prompt=prompt,
            middleware=around(spec, self._patience, guard := self._guard(spec)),
            context_schema=TurnContext,
        )
        return Built(agent, prompt, spec.budget.model_calls, guard)

    def _guard(self, spec: Spec) -> GroundedGuard | None:
        """What holds answers against what was found; the built-in model only quotes it."""
        is_bound = spec.knowledge.grounded_only and bool(spec.knowledge.bases)
        if not is_bound or self.models.name_of(spec.model) == "offline":
            return None
        return GroundedGuard(spec, self._nearness)

    def _run(self, turn: _Turn, modes: list[Literal["updates", "messages"]]) -> Iterator[Event]:
        model = self.models.name_of(turn.spec.model)
        record = Record(turn.spec, turn.language, model, self._clock)
        try:
            for event in self._guarded(turn, record, modes):
                yield self._ended(event, turn)
        except ToolLoop as error:
            yield record.step("error", f"tool_loop: {error}")
            yield self._ended(record.handoff(Handoff(f"tool_loop: {error}")), turn)
        except Ungrounded as error:
            yield record.step("guard", "ungrounded", **error.detail)
            record.missed = _asked(turn)
            yield self._ended(record.nothing(f"ungrounded: {error}"), turn)
        except Exception as error:  # whatever went wrong, the customer gets an answer
            reason = why(error)
            log.warning("turn fell back: %s", reason)
            if reason.startswith("unexpected"):
                log_place(log, error)
            yield record.step("error", reason)
            yield self._ended(record.fallback(reason), turn)

    def _ended(self, event: Event, turn: _Turn) -> Event:
        if not isinstance(event, Answer):
            return event
        now = self._now() if turn.now is None else turn.now
        return ended(event, turn.history, turn.spec, now, turn.inbound)

    def _guarded(self, turn: _Turn, record: Record, modes: Any) -> Iterator[Event]:
        early = self._without_model(turn, record)
        if early is not None:
            yield early
            return
        knowledge = turn.spec.knowledge
        live_knowledge = self._retriever
        retriever: Lookup = live_knowledge.as_of(turn.snapshot) if turn.snapshot else live_knowledge
        known = tables_for(turn.spec.tools, retriever, knowledge.bases)
        built = self.build(turn.spec, known)
        record.prompt = built.prompt
        context = TurnContext(
            retriever,
            knowledge.bases,
            knowledge.top_k,
            knowledge.hybrid,
            turn.language,
            last_words=turn.inbound[-1],
            asked=_customers(turn),
            answered=tuple(one.text for one in turn.history if one.author != Author.CUSTOMER),
            simulated=turn.simulated,
        )
        if knowledge.bases:
            queries = self._queries(turn)
            each = context.top_k if len(queries) == 1 else max(2, context.top_k // 2)
            for query in queries:
                found = retriever.search(query, context.base_ids, each, context.hybrid)
                context.number(found)
            yield record.passages(queries, context.passages)
        yield from self._converse(built, turn, context, record, modes)
        record.missed = _missed(turn, context)
        yield from _finish(turn, context, record)

    def _without_model(self, turn: _Turn, record: Record) -> Answer | None:
        if not turn.inbound:
            return record.fallback("empty_input: The customer sent no words.")
        asked = asked_for(turn.inbound, turn.spec)
        if asked is not None:
            record.step("guard", "handoff_word", word=asked[0])
            return record.handoff(asked[1])
        offline = self.models.name_of(turn.spec.model) == "offline"
        if turn.live and offline and not self._settings.offline_on_live_numbers:
            reason = "offline_on_live_number: No model is set, so a person has to answer."
            record.step("guard", reason)
            return record.fallback(reason, Handoff(reason))
        return None

    def _queries(self, turn: _Turn) -> list[str]:
        """What to look up: the burst as a whole, or each of its messages that stands alone."""
        asked = [searched(one.text, one.about) for one in turn.asked]
        alone = [text for text in asked if len(text.split()) >= ENOUGH_WORDS]
        before = [said.text for said in turn.history if said.author == Author.CUSTOMER]
        if len(alone) > 1:
            queries = alone[:MOST_QUERIES]
        elif before and len(" ".join(asked).split()) < FEW_WORDS:
            queries = ["\n".join([before[-1], *asked])]
        else:
            queries = ["\n".join(asked)]
        return [
            self.models.looked_up(turn.spec.model, query[:QUERY_CHARACTERS]) for query in queries
        ]

    def _converse(
        self,
        built: Built,
        turn: _Turn,
        context: TurnContext,
        record: Record,
        modes: Any,
    ) -> Iterator[Event]:
        limits = {"recursion_limit": STEPS_A_CALL * (built.calls + 2)}
        stream = Stream(
            lambda text: (
                may_be_shown(text, turn.spec, _given(turn, context, record))
                and not (built.guard and built.guard.faults(text, context))
            ),
            at_once=not self._may_think_aloud(turn.spec),
            whole_sentences_only=built.guard is not None,
        )
        events = built.agent.stream(
            {"messages": _messages(turn, context)},
            config=limits,
            context=context,
            stream_mode=modes,
        )
        try:
            for mode, chunk in events:
                if mode == "messages":
                    yield from _piece(stream, chunk[0])
                    continue
                yield from _about_calls(context, record)
                for update in chunk.values():
                    for message in (update or {}).get("messages", []):
                        yield from _whole(stream, message)
                        yield from record.message(message)
        finally:
            list(_about_calls(context, record))

    def _may_think_aloud(self, spec: Spec) -> bool:
        """True of models on servers of all kinds: some write into the answer what they think."""
        provider = self.models.name_of(spec.model).partition(":")[0]
        return provider == "openrouter" or (
            provider == "openai" and bool(self._settings.openai_base_url)
        )


def _about_calls(context: TurnContext, record: Record) -> Iterator[Step]:
    """What had to be changed about a question, so that the model's server took it, and which
    answers were not sent."""
    while context.notes:
        yield record.step("server", "asked_otherwise", **context.notes.pop(0))
    while context.thrown_away:
        yield record.thrown_away(*context.thrown_away.pop(0))


def _piece(stream: Stream, piece: BaseMessage) -> Iterator[Token]:
    if isinstance(piece, AIMessageChunk) and piece.text:
        yield from stream.add(piece.id or "", str(piece.text))


def _whole(stream: Stream, message: BaseMessage) -> Iterator[Token]:
    if isinstance(message, AIMessage) and not message.tool_calls:
        yield from stream.rest(str(message.text))


def _finish(turn: _Turn, context: TurnContext, record: Record) -> Iterator[Event]:
    if context.handoff is not None:
        yield record.handoff(context.handoff)
        return
    given = _given(turn, context, record)
    reply = shortened(without_marks(record.reply))
    refused = refusal(reply, turn.spec, given)
    if refused is None:
        reply, links = without_strangers(reply, given)
        if links:
            yield record.step("guard", "links_taken_out", links=links)
        refused = None if reply else NOTHING_BUT_LINKS
    if refused is not None:
        yield record.step("guard", refused.code)
        yield record.fallback(f"{refused.code}: {refused.sentence}")
        return
    yield record.answer(
        reply, Outcome.ANSWERED, citations=citations_in(record.reply, context.passages)
    )


def _given(turn: _Turn, context: TurnContext, record: Record) -> list[str]:
    """Every text whose links a customer may be given: staff's, knowledge's, tools', their own."""
    staff, _, _ = record.prompt.rpartition("<rules>")
    found = [f"{one.text}\n{one.heading}\n{one.place}\n{one.url}" for one in context.passages]
    said = [line.text for line in turn.history if line.author != Author.AGENT]
    return [staff, *found, *record.told, *said, *turn.inbound]


def _turn(
    spec: Spec, history: Sequence[Said], inbound: Sequence[Asked], live: bool, snapshot: str
) -> _Turn:
    room = spec.guard.max_input_characters
    asked = within([as_said(one) for one in inbound], room)
    texts = cut([one.text for one in asked], room)
    pairs = zip(texts, asked, strict=False)  # the last ones may have been dropped
    kept = [(text, one.about) for text, one in pairs if text.strip()]
    words = tuple(text for text, _ in kept)
    before = " ".join(said.text for said in history[-6:] if said.author == Author.CUSTOMER)
    usual = asked_in(before, spec.languages, spec.languages[0])
    language = asked_in(" ".join(words), spec.languages, usual)
    most = spec.conversation.history_messages
    past = remembered(history[-most:] if most else ())
    about = tuple(about for _, about in kept)
    return _Turn(spec, past, words, live, language, about, snapshot)


def _missed(turn: _Turn, context: TurnContext) -> str:
    """What was asked, when the knowledge held nothing about it. A greeting asks nothing."""
    if not context.base_ids or context.passages or context.handoff is not None:
        return ""
    return _asked(turn) if stems(_asked(turn)) else ""


def _asked(turn: _Turn) -> str:
    return "\n".join(searched(one.text, one.about) for one in turn.asked)[:QUERY_CHARACTERS]


def _customers(turn: _Turn) -> tuple[str, ...]:
    """The customer's own words, with those of what they point to."""
    earlier = (one.text for one in turn.history if one.author == Author.CUSTOMER)
    return (*earlier, *(searched(one.text, one.about) for one in turn.asked))


def _messages(turn: _Turn, context: TurnContext) -> list[BaseMessage]:
    """The conversation as the model sees it: what changes most comes last.

    Lines of one side in a row are one message: many models know no other conversation.
    """
    parts = [customer_block(turn.asked, turn.language)]
    if context.base_ids:
        parts.insert(0, knowledge_block(context.passages))
    said: list[BaseMessage] = []
    for is_customer, lines in groupby(turn.history, lambda line: line.author == Author.CUSTOMER):
        texts = [told(line) if is_customer else line.text for line in lines]
        said.append((HumanMessage if is_customer else AIMessage)("\n".join(texts)))
    if said and isinstance(said[-1], HumanMessage):  # what nobody answered
        parts.insert(0, str(said.pop().content))
    return [*said, HumanMessage("\n\n".join(parts))]
