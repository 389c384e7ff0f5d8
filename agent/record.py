"""What happened in one turn: steps, tokens, cost, and the answer that comes of them."""

from collections.abc import Callable
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from agent.answer import Answer, Handoff, Outcome, Step, StepKind, Usage
from agent.grounding.guard import nothing_found
from agent.guardrails.tools import told_by
from agent.pricing import cost_of
from agent.reading.reader import NOTICED
from agent.spec import Spec
from knowledge.base import Passage

SHOWN_CHARACTERS = 600  # of a text in the trace


class Record:
    """Takes notes while a turn runs."""

    def __init__(self, spec: Spec, language: str, model: str, clock: Callable[[], float]) -> None:
        self.reply = ""
        self.prompt = ""
        self.missed = ""  # what was asked, when no passage fitted it
        self.spec = spec
        self._language = language
        self._model = model
        self._clock = clock
        self._since = clock()
        self._steps: list[Step] = []
        self._usage = Usage()
        self.told: list[str] = []  # what tools answered
        self._calls: dict[str, Any] = {}  # arguments of tool calls by id

    def step(self, kind: StepKind, title: str, **detail: Any) -> Step:
        """Note something that just ended; its seconds are those since the step before."""
        now = self._clock()
        noted = Step(kind, title, detail, round(now - self._since, 4))
        self._since = now
        self._steps.append(noted)
        return noted

    def passages(self, queries: list[str], found: list[Passage]) -> Step:
        """Note what was looked up."""
        rows = [
            {
                "n": n,
                "place": passage.place,
                "heading": passage.heading,
                "score": round(passage.score, 4),
                "found_by": list(passage.found_by),
                "chunk_id": passage.chunk_id,
                "text": passage.text[:SHOWN_CHARACTERS],
            }
            for n, passage in enumerate(found, 1)
        ]
        return self.step("passages", "passages", queries=queries, passages=rows)

    def message(self, message: BaseMessage) -> list[Step]:
        """Note what the model said or a tool returned."""
        if isinstance(message, AIMessage):
            self.reply = "" if message.tool_calls else str(message.text)
            self._calls |= {call["id"] or "": call["args"] for call in message.tool_calls}
            noticed = message.response_metadata.get(NOTICED, ())
            return [self._model_call(message), *(self.step("guard", code) for code in noticed)]
        if isinstance(message, ToolMessage):
            return [self._tool(message)]
        return []

    def thrown_away(self, code: str, message: AIMessage, detail: dict[str, Any]) -> Step:
        """Note an answer that was not sent: what it took, and the code of why."""
        return self._model_call(message, thrown_away=code, **detail)

    def _tool(self, message: ToolMessage) -> Step:
        arguments = self._calls.get(message.tool_call_id, {})
        if message.status != "error":
            self.told += told_by(message.text, arguments)
        return self.step(
            "tool",
            message.name or "tool",
            arguments=arguments,
            result=str(message.text)[:SHOWN_CHARACTERS],
            failed=message.status == "error",
        )

    def answer(self, text: str, outcome: Outcome, **more: Any) -> Answer:
        """Return the answer with everything noted so far."""
        return Answer(
            text=text,
            outcome=outcome,
            language=self._language,
            model=self._model,
            usage=self._usage,
            trace=tuple(self._steps),
            prompt=self.prompt,
            missed=self.missed,
            **more,
        )

    def fallback(self, error: str, handoff: Handoff | None = None) -> Answer:
        """Return the agent's own fallback text, and *error* for staff."""
        text = self.spec.fallback.in_language(self._language, *self.spec.languages)
        return self.answer(text, Outcome.FALLBACK, error=error, handoff=handoff)

    def nothing(self, error: str) -> Answer:
        """Return that nothing is found, and *error* for staff."""
        text = nothing_found(self.spec, self._language)
        return self.answer(text, Outcome.FALLBACK, error=error)

    def handoff(self, handoff: Handoff) -> Answer:
        """Return the words with which the customer is passed to a person."""
        text = self.spec.handoff.message.in_language(self._language, *self.spec.languages)
        return self.answer(text, Outcome.HANDOFF, handoff=handoff)

    def _model_call(self, message: AIMessage, **more: Any) -> Step:
        tokens = message.usage_metadata
        given = tokens["input_tokens"] if tokens else 0
        written = tokens["output_tokens"] if tokens else 0
        cached = (tokens.get("input_token_details", {}).get("cache_read") or 0) if tokens else 0
        billed = (message.response_metadata.get("token_usage") or {}).get("cost")
        cost = cost_of(self._model, given, written, cached, billed)
        self._usage = Usage(
            self._usage.input_tokens + given,
            self._usage.output_tokens + written,
            self._usage.cost + cost.dollars,
            self._usage.unpriced_tokens + (0 if cost.known else given + written),
        )
        return self.step(
            "model",
            self._model,
            input_tokens=given,
            output_tokens=written,
            cached_tokens=cached,
            cost=cost.dollars,
            price_known=cost.known,
            finish_reason=message.response_metadata.get("finish_reason", ""),
            tool_calls=[
                {"name": call["name"], "args": call["args"]} for call in message.tool_calls
            ],
            text=str(message.text)[:SHOWN_CHARACTERS],
            **more,
        )
