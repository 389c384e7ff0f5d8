"""The words the model is given: Spec -> system prompt, passages and messages -> the last message.

Pure functions. The system prompt of a spec never changes between turns, so providers can cache
it (https://platform.openai.com/docs/guides/prompt-caching); what belongs to one turn, passages
and the customer's own words, comes last and is marked as data with tags that are taken out of
the data itself. House rules are in the agent's first language, because staff read them too.
"""

from collections.abc import Sequence
from typing import Protocol

from agent.answer import Asked
from agent.language import primary
from agent.pointing import as_attribute, as_data, as_said, block
from agent.rules import RULES
from agent.spec import Spec

LANGUAGE_NAMES = {
    "es": {"es": "español", "en": "inglés", "pt": "portugués"},
    "en": {"es": "Spanish", "en": "English", "pt": "Portuguese"},
}


class Excerpt(Protocol):
    """A passage as the model sees it (`knowledge.base.Passage` is one)."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def place(self) -> str:
        """Where it stands: `garantia.pdf, p. 3`."""

    @property
    def heading(self) -> str:
        """The heading it stands under, or nothing."""


def system_prompt(spec: Spec, canary: str) -> str:
    """Return the system prompt of *spec*; *canary* is a code that must never appear in a reply."""
    parts = [
        _tag("name", spec.name),
        _tag("brand", spec.brand),
        _tag("description", spec.description),
        _tag("tone", spec.tone),
        _tag("instructions", spec.instructions),
        *(
            f'<greeting language="{language}">{text}</greeting>'
            for language in spec.languages
            if (text := spec.greeting.own(language))
        ),
        "<rules>\n" + "\n".join(f"- {rule}" for rule in _rules(spec, canary)) + "\n</rules>",
    ]
    return "\n".join(part for part in parts if part)


def knowledge_block(passages: Sequence[Excerpt]) -> str:
    """Return *passages* numbered from 1, delimited, as data."""
    return numbered_block(list(enumerate(passages, 1)))


def numbered_block(passages: Sequence[tuple[int, Excerpt]]) -> str:
    """Return passages that already have their numbers, delimited, as data."""
    if not passages:
        return "<passages>none</passages>"
    lines = [
        f'<passage n="{number}" source="{as_attribute(passage.place)}"'
        f' heading="{as_attribute(passage.heading)}">\n{as_data(passage.text)}\n</passage>'
        for number, passage in passages
    ]
    return "<passages>\n" + "\n".join(lines) + "\n</passages>"


def customer_block(inbound: Sequence[Asked], language: str) -> str:
    """Return what the customer just wrote, one element a message, and the language to answer in.

    What a message points to stands before its words, inside the element.
    """
    messages = "\n".join(f"<message>{told(one)}</message>" for one in inbound)
    return f'<customer language="{language}">\n{messages}\n</customer>'


def told(asked: Asked) -> str:
    """Return what a customer wrote, as data, after what it points to."""
    said = as_said(asked)
    return f"{block(said.about)}{as_data(said.text)}"


def _rules(spec: Spec, canary: str) -> list[str]:
    own = "es" if primary(spec.languages[0]) == "es" else "en"
    text = RULES[own]
    names = LANGUAGE_NAMES[own]
    chosen = ["identity", "language", "burst", "data"]
    if spec.knowledge.bases:
        chosen += ["cite", "grounded" if spec.knowledge.grounded_only else "ungrounded"]
    if spec.tools:
        chosen.append("tools")
    if "handoff" in spec.tool_names:
        chosen.append("handoff")
    if spec.guard.forbidden_topics:
        chosen.append("forbidden")
    values = {
        "languages": ", ".join(names.get(language, language) for language in spec.languages),
        "topics": "; ".join(spec.guard.forbidden_topics),
        "canary": canary,
    }
    return [text[name].format(**values) for name in [*chosen, "form", "secret"]]


def _tag(name: str, text: str) -> str:
    if not text:
        return ""
    return f"<{name}>\n{text}\n</{name}>" if "\n" in text else f"<{name}>{text}</{name}>"
