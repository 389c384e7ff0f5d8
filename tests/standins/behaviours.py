"""The stand-in's behaviours by name, and what comes of each: `python -m tests.standins.behaviours`.

Each is asked the same question by a real runtime over HTTP; the table is what happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from agent.answer import Answer, Author, Said
from agent.middleware import Patience
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import KnowledgeChoice, Spec
from knowledge.base import Passage
from studio.texts.en.why import TEXTS
from tests.fakes import FakeRetriever
from tests.standins.openai import (
    KEY,
    Reply,
    Rule,
    calls,
    calls_badly,
    fails,
    openai_standin,
    returns,
    rubbish,
    says,
)
from tests.standins.server import serve
from tests.standins.strict import (
    alternating_roles_only,
    context_of,
    error_in_200,
    no_system_role,
    no_tools,
    refuses,
)

BEFORE = (Said(Author.CUSTOMER, "Hola"), Said(Author.CUSTOMER, "¿Están?"))
QUESTION = "¿Qué garantía tienen?"
SAID = "La garantía dura doce meses."
SECRET = "El margen es 30%, no decirlo."  # what no customer may read
_CUT = f"{SAID} Además, el cliente puede pe"
_CALL = '{"name": "knowledge", "arguments": {"query": "garantía"}}'
_PARTS = [{"type": "thinking", "thinking": SECRET}, {"type": "text", "text": SAID}]
_HARMONY = (
    f"<|channel|>analysis<|message|>{SECRET}<|end|>"
    f"<|start|>assistant<|channel|>final<|message|>{SAID}<|return|>"
)


@dataclass(frozen=True)
class Behaviour:
    """What a model's server does: the last reply is repeated for ever."""

    does: str
    replies: tuple[Reply, ...] = (says(SAID),)
    rules: tuple[Rule, ...] = ()


def _no_id(arguments: str | None) -> Reply:
    call = {"type": "function", "function": {"name": "handoff", "arguments": arguments}}
    return returns({"content": None, "tool_calls": [call]}, "tool_calls")


BEHAVIOURS = {
    "ordinary": Behaviour("answers"),
    "thinks-in-tags": Behaviour(
        "thinks in `<think>` before it answers", (says(f"<think>\n{SECRET}\n</think>\n\n{SAID}"),)
    ),
    "thinks-without-opening": Behaviour(
        "closes a thought that it never opened", (says(f"{SECRET}\n</think>\n\n{SAID}"),)
    ),
    "thinks-without-end": Behaviour(
        "never closes its thought, then answers", (says(f"<think>{SECRET}"), says(SAID))
    ),
    "thinks-in-channels": Behaviour("thinks in harmony's channels", (says(_HARMONY),)),
    "thinks-in-parts": Behaviour(
        "sends its thought as a part of the content", (returns({"content": _PARTS}),)
    ),
    "thinks-too-long": Behaviour(
        "thinks until no room is left, twice", (returns({"content": ""}, "length"),)
    ),
    "calls-in-json": Behaviour("writes a tool call as JSON", (says(_CALL), says(SAID))),
    "calls-in-tags": Behaviour(
        "writes a tool call in tags", (says(f"<tool_call>{_CALL}</tool_call>"), says(SAID))
    ),
    "calls-unreadably": Behaviour(
        "writes half a tool call, twice", (says(f"<tool_call>{_CALL[:30]}"),)
    ),
    "calls-with-bad-arguments": Behaviour(
        "calls a tool with half its arguments, then answers", (calls_badly("knowledge"), says(SAID))
    ),
    "calls-with-bad-arguments-always": Behaviour(
        "calls a tool without what it needs, again and again", (calls("knowledge", words="x"),)
    ),
    "hands-over-without-reason": Behaviour("calls `handoff` with `{}`", (calls("handoff"),)),
    "hands-over-without-id": Behaviour("calls `handoff` with null and no id", (_no_id(None),)),
    "hands-over-unreadably": Behaviour("calls `handoff` with half a JSON", (_no_id('{"rea'),)),
    "cites-in-foreign-marks": Behaviour(
        "cites as other systems do", (says("La garantía dura doce meses 【1†source】[^1]."),)
    ),
    "leaks-control-tokens": Behaviour(
        "leaves tokens of its template", (says(f"<s>[INST] [/INST]{SAID}<|im_end|></s>"),)
    ),
    "runs-out-of-room": Behaviour(
        "is cut off, then has room", (returns({"content": _CUT}, "length"), says(SAID))
    ),
    "runs-out-of-room-always": Behaviour(
        "is cut off, twice", (returns({"content": _CUT}, "length"),)
    ),
    "runs-out-of-room-at-once": Behaviour(
        "is cut off within its first sentence, twice",
        (returns({"content": "La garantía cubre el"}, "length"),),
    ),
    "is-filtered": Behaviour(
        "is stopped by a content filter", (returns({"content": SAID[:9]}, "content_filter"),)
    ),
    "refuses-to-answer": Behaviour(
        "refuses", (returns({"content": None, "refusal": "I can't help with that."}),)
    ),
    "breaks-off": Behaviour("ends with an error, twice", (returns({"content": "La"}, "error"),)),
    "says-nothing": Behaviour("says nothing, twice", (says(""),)),
    "answers-no-json": Behaviour("sends a page in place of an answer", (rubbish(),)),
    "fails-once": Behaviour("fails with 500, then answers", (fails(500), says(SAID))),
    "fails": Behaviour("fails with 500", (fails(500),)),
    "is-busy": Behaviour(
        "asks to wait longer than a customer would", (fails(429, retry_after="60"),)
    ),
    "wants-money": Behaviour("has no credit left", (fails(402),)),
    "fails-in-200": Behaviour(
        "sends an error as a success", (error_in_200({"code": 429, "message": "Rate limited"}),)
    ),
    "refuses-a-parameter": Behaviour("takes no temperature", rules=(refuses("temperature"),)),
    "takes-no-tools": Behaviour("takes no tools", rules=(no_tools(),)),
    "takes-no-system-role": Behaviour("takes no system role", rules=(no_system_role(),)),
    "takes-roles-in-turns": Behaviour(
        "takes roles in turns only", rules=(alternating_roles_only(),)
    ),
    "reads-little": Behaviour(
        "reads fewer tokens than the instructions have", rules=(context_of(800),)
    ),
}


def outcomes() -> Iterator[tuple[str, Behaviour, Answer]]:
    """Ask each once."""
    found = Passage(1, "base", "s", "garantia.pdf", 1, "La garantía dura doce meses.", 0.9, page=2)
    spec = Spec(
        name="Ana",
        knowledge=KnowledgeChoice(bases=("base",), grounded_only=False),
        tools=("knowledge", "handoff"),
    )
    patience = Patience(first_wait=0, sleep=lambda seconds: None)
    for name, behaviour in BEHAVIOURS.items():
        app = openai_standin(*behaviour.replies)
        app.rules = list(behaviour.rules)
        with serve(app) as url:
            settings = Settings(_env_file=None, openai_api_key=KEY, openai_base_url=f"{url}/v1")
            runtime = Runtime(settings, FakeRetriever([found]), patience=patience)
            answer = runtime.answer(spec, BEFORE, [QUESTION])
            runtime.close()
        yield name, behaviour, answer


def table() -> str:
    """The Markdown table of docs/models.md."""
    head = ["| mode | the model's server | the customer gets | staff read |", "|---|---|---|---|"]
    rows = [
        f"| `{name}` | {behaviour.does} | {_told(answer)} | {_read(answer)} |"
        for name, behaviour, answer in outcomes()
    ]
    return "\n".join([*head, *rows])


def _told(answer: Answer) -> str:
    kind = {"fallback": "the fallback text", "handoff": "a person, and is told so"}
    return kind.get(answer.outcome, answer.text)


def _read(answer: Answer) -> str:
    """What the page of the turn says beside its numbers."""
    if answer.error:
        code, _, sentence = answer.error.partition(": ")
        return f"`{code}`: {' '.join(sentence.split())}"
    if answer.handoff:
        return f"the reason: {answer.handoff.reason}"
    thrown = [step.detail.get("thrown_away") for step in answer.trace]
    again = [f"asked once more (`{code}`)" for code in thrown if code]
    titles = [step.title for step in answer.trace if step.kind in ("guard", "server")]
    said = [TEXTS[f"step.title.{title}"] for title in titles]
    return "; ".join(dict.fromkeys([*again, *said])) or "nothing unusual"


if __name__ == "__main__":
    print(table())
