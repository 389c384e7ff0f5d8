"""A trial conversation: what was said, what is being written, and why each answer came out so."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from agent.answer import Answer, Author, Said, Step, Token
from agent.spec import Spec
from studio import why
from studio.bubbles import Bubble, thread
from studio.markup import Html, join
from studio.state import Studio
from studio.widgets import button, looker, note

DRAFT = "draft"
LONGEST = 100  # lines; what came first is forgotten
Buttons = Callable[[Studio, "Talk", int], Html]  # what can be done with the answer at a place


@dataclass(frozen=True)
class Reason:
    """What is known about one answer: its place in the talk, where it was taken from, why."""

    place: int
    cited: Html | None
    why: Html
    sources: tuple[str, ...] = ()
    label: str = ""  # which draft or version answered


@dataclass(frozen=True)
class Talk:
    """A trial conversation. `shown` is the line whose reasons are on the page."""

    said: tuple[Said, ...] = ()
    partial: str | None = None  # what is being written; None: nothing
    reasons: tuple[Reason, ...] = ()
    now: Html | None = None  # the reasons of what is being written
    shown: int = -1
    marks: tuple[int, ...] = field(default=())  # answers that were kept as a case or corrected

    @property
    def was_just_asked(self) -> bool:
        """Whether the question was taken and nothing has come of it yet: its box can be emptied.

        Later it may hold the next one.
        """
        return self.partial == "" and self.now is None

    def of(self, place: int) -> Reason | None:
        """Return what is known about the answer at *place*."""
        return next((one for one in self.reasons if one.place == place), None)

    def question_of(self, place: int) -> str:
        """Return what the customer wrote right before the line at *place*."""
        asked: list[str] = []
        for line in reversed(self.said[:place]):
            if line.author != Author.CUSTOMER:
                break
            asked.insert(0, line.text)
        return "\n".join(asked)


def spec_of(studio: Studio, agent_id: str, version_id: str) -> tuple[Spec, str]:
    """Return the draft or the version, and what people call it."""
    agent = studio.services.store.agents.get(agent_id)
    if version_id in ("", DRAFT, None):
        return agent.draft, f"{agent.name} · {studio.say('playground.draft')}"
    version = studio.services.store.agents.version(version_id)
    return version.spec, version.label


def pinned_by(version_id: str) -> str:
    """Return the snapshot that a version answers from; drafts know what is known by now."""
    return "" if version_id in ("", DRAFT, None) else version_id


def converse(
    studio: Studio, spec: Spec, label: str, talk: Talk, texts: Sequence[str], snapshot: str = ""
) -> Iterator[Talk]:
    """Answer *texts* (one burst) as the worker would, showing the answer as it is written."""
    before = list(talk.said)
    asked = (*talk.said, *(Said(Author.CUSTOMER, text) for text in texts))
    talk = replace(talk, said=asked, partial="", now=None)
    yield talk
    trace: list[Step] = []
    started = time.monotonic()
    for happened in studio.answering.runtime.stream(spec, before, list(texts), snapshot=snapshot):
        if isinstance(happened, Token):
            talk = replace(talk, partial=(talk.partial or "") + happened.text)
        elif isinstance(happened, Step):
            trace.append(happened)
            talk = replace(talk, now=why.panel(studio, [one.as_json() for one in trace], {}))
        else:
            talk = _answered(studio, talk, happened, label, time.monotonic() - started)
        yield talk


def _answered(studio: Studio, talk: Talk, answer: Answer, label: str, seconds: float) -> Talk:
    tokens = (answer.usage.input_tokens, answer.usage.output_tokens)
    facts = why.usage(
        studio, label, answer.model, tokens, answer.usage.cost, seconds, answer.outcome
    )
    trace = [step.as_json() for step in answer.trace]
    place = len(talk.said)
    reason = Reason(
        place,
        why.citations([one.as_json() for one in answer.citations]),
        why.panel(studio, trace, facts, answer.error, answer.prompt),
        tuple(dict.fromkeys(one.source for one in answer.citations)),
        label,
    )
    said = (*talk.said, Said(Author.AGENT, answer.text))
    return _short(Talk(said, reasons=(*talk.reasons, reason), shown=place, marks=talk.marks))


def _short(talk: Talk) -> Talk:
    cut = len(talk.said) - LONGEST
    if cut <= 0:
        return talk
    kept = tuple(replace(one, place=one.place - cut) for one in talk.reasons if one.place >= cut)
    marks = tuple(mark - cut for mark in talk.marks if mark >= cut)
    return replace(talk, said=talk.said[cut:], reasons=kept, shown=talk.shown - cut, marks=marks)


def drawn(studio: Studio, talk: Talk, keeps: bool = False, looks: bool = False) -> Html:
    """Return the talk as bubbles; with *looks*, each answer can be asked for its reasons; with
    *keeps*, it can be kept or corrected too."""
    bubbles = []
    for place, line in enumerate(talk.said):
        reason = talk.of(place)
        shown = _keep if keeps else _look if looks else None
        below = _below(studio, talk, place, shown)
        who = reason.label if reason else ""
        bubbles.append(Bubble(line.author, line.text, who=who, below=below))
    if talk.partial is not None:
        bubbles.append(Bubble(Author.AGENT, talk.partial or "…"))
    return thread(bubbles) if bubbles else note(studio.say("playground.empty"))


def _below(studio: Studio, talk: Talk, place: int, buttons: Buttons | None) -> Html | None:
    reason = talk.of(place)
    if reason is None:
        return None
    return join([reason.cited, buttons(studio, talk, place) if buttons else None])


def _look(studio: Studio, _talk: Talk, place: int) -> Html:
    return looker(studio.say("playground.see_why"), place)


def _keep(studio: Studio, talk: Talk, place: int) -> Html:
    if place in talk.marks:
        return join([_look(studio, talk, place), studio.say("playground.kept")])
    return join(
        [
            _look(studio, talk, place),
            button(studio.say("playground.correct"), "correct", place),
            button(studio.say("playground.keep_case"), "case", place),
        ]
    )
