"""The check of one agent's answers: what its grounds are, and what happens to what has none."""

from collections.abc import Sequence
from typing import Any

from agent.grounding.check import Fault, faults
from agent.grounding.nearness import Nearness
from agent.grounding.sources import Grounds, grounds
from agent.language import primary
from agent.lookup import TurnContext
from agent.offline.phrases import phrase
from agent.reading.ends import Unfit
from agent.spec import Spec
from agent.wording import WRITTEN

MOST_NAMED = 4  # sentences in what the model is told
_ASKS = (
    "Your last answer was not sent. This stands in none of the passages: {sentences}. Answer the"
    " customer again and say only what {passages} or the tools' results say, with its mark like"
    " [1]. When the answer is not there, say that you find nothing about it and offer a person."
)


class Ungrounded(Unfit):
    """The agent may answer only from its knowledge, and part of the answer stood nowhere in it,
    twice. Add what is missing to the knowledge, or switch off `only what is in the knowledge`."""

    def __init__(self, found: Sequence[Fault], places: Sequence[str]) -> None:
        super().__init__()
        self.found = tuple(found)
        said = "; ".join(f"«{one.sentence}»" for one in self.found[:MOST_NAMED])
        numbers = ", ".join(f"[{n}] {place}" for n, place in enumerate(places, 1))
        passages = f"the passages {numbers}" if numbers else "the passages (there are none)"
        self.asks = _ASKS.format(sentences=said, passages=passages)

    @property
    def detail(self) -> dict[str, Any]:
        """What the trace keeps: each sentence, and what of it stands nowhere."""
        return {"unsupported": [vars(one) for one in self.found]}


class GroundedGuard:
    """Holds the answers of an agent made from *spec* against what its turns found."""

    def __init__(self, spec: Spec, nearness: Nearness | None) -> None:
        self._nearness = nearness
        self._given = (spec.name, spec.brand, spec.description)
        self._staff = (spec.instructions, *spec.greeting.model_dump().values())

    def faults(self, text: str, context: TurnContext) -> list[Fault]:
        """Return the sentences of *text* that nothing in this turn supports."""
        return faults(text, self._grounds(context), self._nearness, context.language)

    def _grounds(self, context: TurnContext) -> Grounds:
        found = [(one.text, one.heading, one.place) for one in context.passages]
        beside = [(text, "", "") for text in (*self._staff, *context.answered) if text]
        return grounds([*found, *beside], [*self._given, *context.told], context.asked)


def nothing_found(spec: Spec, language: str) -> str:
    """Return the words that say that nothing is found; they offer a person who can be called."""
    spoken = next(
        (one for one in map(primary, (language, *spec.languages)) if one in WRITTEN), "en"
    )
    said = phrase(spoken, "nothing_at_all")
    return f"{said} {phrase(spoken, 'person')}" if "handoff" in spec.tool_names else said
