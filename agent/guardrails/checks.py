"""What is refused before and after the model. Pure functions; the runtime decides what follows.

The canary is a code in the system prompt that no honest reply contains: a reply that has it was
talked into repeating the prompt (OWASP LLM07, system prompt leakage). How a leak is seen in other
spellings stands in `agent.guardrails.leaks`, what a stranger's link is in `agent.guardrails.links`.
"""

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.guardrails.cutting import without
from agent.guardrails.leaks import Secret, leaks, secret_of
from agent.guardrails.links import hidden_strangers, strangers
from agent.prompt import system_prompt
from agent.spec import Spec

MOST_REPLY_CHARACTERS = 6_000


@dataclass(frozen=True)
class Refusal:
    """Why a reply must not be sent."""

    code: str
    sentence: str


NOTHING_BUT_LINKS = Refusal("unknown_link", "The reply was nothing but links that nobody gave.")


@functools.lru_cache(maxsize=32)
def canary_of(spec: Spec) -> str:
    """The spec's canary: the same in every process, so that prompts stay cacheable."""
    digest = hashlib.sha256(spec.model_dump_json().encode()).hexdigest()
    return f"zq{digest[:12]}"


@functools.lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return *text* in lower case, without accents, its punctuation as single spaces."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", plain))


def cut(inbound: Sequence[str], most: int) -> list[str]:
    """Return the messages, the last ones shortened or dropped once *most* characters are used."""
    kept: list[str] = []
    for text in inbound:
        if most <= 0:
            break
        kept.append(text[:most])
        most -= len(text)
    return kept


def word_said(inbound: Iterable[str], words: Iterable[str]) -> str:
    """Return the first of *words* that a message contains as whole words, else nothing."""
    said = [f" {folded(text)} " for text in inbound]
    for word in words:
        if folded(word) and any(f" {folded(word)} " in text for text in said):
            return word
    return ""


@functools.lru_cache(maxsize=32)
def _secret_of(spec: Spec) -> Secret:
    prompt = system_prompt(spec, canary_of(spec))
    own = "\n".join([spec.description, spec.tone, spec.instructions])
    return secret_of(prompt, own, canary_of(spec))


def without_strangers(reply: str, given: Sequence[str]) -> tuple[str, list[str]]:
    """Return *reply* without the links that no text of *given* holds, and those links.

    Nothing is left of a reply that says nothing else, or hides a link between its marks.
    """
    found = strangers(reply, given)
    kept = without(reply, lambda text: strangers(text, given)) if found else reply
    hidden = hidden_strangers(kept, given)
    return "" if hidden else kept, [link.shown for link in (*found, *hidden)]


def refusal(reply: str, spec: Spec, given: Sequence[str] = ()) -> Refusal | None:
    """Return why *reply* must not reach a customer, or None.

    What the texts of *given* say is no secret.
    """
    if not reply.strip():
        return Refusal("empty_reply", "The model answered with nothing.")
    if leaks(reply, _secret_of(spec), given):
        return Refusal("prompt_leak", "The reply repeated the agent's own instructions.")
    topic = word_said([reply], spec.guard.forbidden_topics)
    if topic:
        return Refusal("forbidden_topic", f"The reply spoke of a forbidden topic: {topic}.")
    return None


def may_be_shown(text: str, spec: Spec, given: Sequence[str]) -> bool:
    """Whether *text*, the beginning of a reply, would pass as a reply: nothing to be taken out."""
    return not text.strip() or (
        refusal(text, spec, given) is None and not without_strangers(text, given)[1]
    )


def shortened(reply: str) -> str:
    """Return *reply* no longer than a customer can be expected to read, cut at a sentence."""
    if len(reply) <= MOST_REPLY_CHARACTERS:
        return reply
    head = reply[: MOST_REPLY_CHARACTERS - 1]
    end = max(head.rfind(". "), head.rfind("\n"))
    return (head[: end + 1] if end > MOST_REPLY_CHARACTERS // 2 else head).rstrip() + "…"
