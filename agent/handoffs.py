"""When a person has to answer, decided by rule: pure functions around the model, not in it."""

from collections.abc import Sequence
from dataclasses import replace

from agent.answer import Answer, Author, Handoff, Outcome, Said
from agent.grounding.guard import nothing_found
from agent.guardrails.checks import word_said
from agent.office import closing, is_closed
from agent.offline.talk import wants_person
from agent.spec import Spec
from agent.wording import WRITTEN


def asked_for(inbound: Sequence[str], spec: Spec) -> tuple[str, Handoff] | None:
    """Return the word of *inbound* that calls for a person, and why; None when there is none."""
    word = word_said(inbound, spec.handoff.words)
    if word:
        return word, Handoff(f"The customer wrote: {word}.")
    topic = word_said(inbound, spec.handoff.topics)
    if topic:
        return topic, Handoff(f"Only a person may answer to this: {topic}.")
    return None


def ended(
    answer: Answer, history: Sequence[Said], spec: Spec, now: float, inbound: Sequence[str] = ()
) -> Answer:
    """Return *answer* as the customer gets it at *now*: a failure calls a person where the customer
    asked for one, several in a row do so anyway, and outside office hours the closing sentence says
    when that person writes."""
    if answer.outcome == Outcome.FALLBACK and answer.handoff is None:
        reason = _why_a_person(history, inbound, spec)
        if not reason:
            return answer
        text = spec.handoff.message.in_language(answer.language, *spec.languages)
        failed = Handoff(f"{reason}: {answer.error}"[:300])
        answer = replace(answer, outcome=Outcome.HANDOFF, handoff=failed, text=text)
    if answer.handoff is not None and is_closed(spec, now):
        return replace(answer, text=closing(spec, answer.language, now))
    return answer


def _why_a_person(history: Sequence[Said], inbound: Sequence[str], spec: Spec) -> str:
    """Why a failure is passed to a person; empty when it is not."""
    if any(map(wants_person, inbound)):
        return "The customer asked for a person, and the agent failed"
    most = spec.handoff.after_fallbacks
    if most and failures_in_a_row(history, spec) + 1 >= most:
        return f"The agent failed {most} times in a row"
    return ""


def failures_in_a_row(history: Sequence[Said], spec: Spec) -> int:
    """How many of the agent's last replies were nothing but its fallback text, or that nothing is
    found."""
    fallback = {
        text
        for language in WRITTEN
        for text in (spec.fallback.in_language(language), nothing_found(spec, language))
    }
    count = 0
    for said in reversed(history):
        if said.author == Author.CUSTOMER:
            continue
        if said.author != Author.AGENT or said.text not in fallback:
            break
        count += 1
    return count
