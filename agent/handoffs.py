"""When a person has to answer, decided by rule: pure functions around the model, not in it."""

from collections.abc import Sequence
from dataclasses import replace

from agent.answer import Answer, Author, Handoff, Outcome, Said
from agent.guardrails.checks import word_said
from agent.office import closing, is_closed
from agent.spec import Spec


def asked_for(inbound: Sequence[str], spec: Spec) -> tuple[str, Handoff] | None:
    """Return the word of *inbound* that calls for a person, and why; None when there is none."""
    word = word_said(inbound, spec.handoff.words)
    if word:
        return word, Handoff(f"The customer wrote: {word}.")
    topic = word_said(inbound, spec.handoff.topics)
    if topic:
        return topic, Handoff(f"Only a person may answer to this: {topic}.")
    return None


def ended(answer: Answer, history: Sequence[Said], spec: Spec, now: float) -> Answer:
    """Return *answer* as the customer gets it at *now*: several failures in a row call a person,
    and outside office hours the closing sentence says when that person writes."""
    most = spec.handoff.after_fallbacks
    if answer.outcome == Outcome.FALLBACK and answer.handoff is None and most:
        if failures_in_a_row(history, spec) + 1 < most:
            return answer
        text = spec.handoff.message.in_language(answer.language)
        failed = Handoff(f"The agent failed {most} times in a row: {answer.error}"[:300])
        answer = replace(answer, outcome=Outcome.HANDOFF, handoff=failed, text=text)
    if answer.handoff is not None and is_closed(spec, now):
        return replace(answer, text=closing(spec, answer.language, now))
    return answer


def failures_in_a_row(history: Sequence[Said], spec: Spec) -> int:
    """How many of the agent's last replies were nothing but its fallback text."""
    fallback = {spec.fallback.in_language(language) for language in ("es", "en", "pt")}
    count = 0
    for said in reversed(history):
        if said.author == Author.CUSTOMER:
            continue
        if said.author != Author.AGENT or said.text not in fallback:
            break
        count += 1
    return count
