"""What an agent answered, and why: words, citations and the steps that led there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from . import shown


@dataclass(frozen=True)
class Answer:
    """An answer. `outcome`: answered, fallback, handoff or silent; `cost` is in US dollars."""

    text: str
    outcome: str
    citations: Sequence[Mapping[str, Any]] = ()
    trace: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    model: str = ""
    language: str = ""
    tokens: int = 0
    cost: float = 0.0
    error: str = ""
    handoff: str = ""
    prompt: str = field(default="", repr=False)
    conversation: str = field(default="", repr=False)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Answer":
        """Read an answer of a trial or of an experiment's row."""
        usage = found.get("usage") or {}
        return cls(
            text=found["text"],
            outcome=found["outcome"],
            citations=found.get("citations") or (),
            trace=found.get("trace") or (),
            model=found.get("model", ""),
            language=found.get("language", ""),
            tokens=usage.get("input_tokens", 0) + usage.get("output_tokens", 0),
            cost=usage.get("cost", 0.0),
            error=found.get("error", ""),
            handoff=(found.get("handoff") or {}).get("reason", ""),
            prompt=found.get("prompt", ""),
        )

    @classmethod
    def of_chat(cls, found: Mapping[str, Any]) -> "Answer":
        """Read the reply of an agent that answers customers."""
        known = {**found, "text": found["reply"], "model": found["usage"]["model"]}
        answer = cls.of(known)
        return cls(**{**vars(answer), "conversation": found["conversation_id"]})

    @property
    def sources(self) -> list[str]:
        """The names of the sources that it cites, each once."""
        return list(dict.fromkeys(str(one["source"]) for one in self.citations))

    @property
    def seconds(self) -> float:
        """How long its steps took together."""
        return round(sum(float(one.get("seconds", 0)) for one in self.trace), 3)

    @property
    def cited(self) -> pd.DataFrame:
        """One row a passage that it cites."""
        columns = ["n", "source", "page", "row", "quote", "score"]
        return pd.DataFrame(list(self.citations), columns=columns)

    @property
    def steps(self) -> pd.DataFrame:
        """One row a step that led to it, as the studio shows under "why"."""
        return pd.DataFrame(list(self.trace), columns=["kind", "title", "seconds", "detail"])

    def as_row(self, question: str) -> dict[str, Any]:
        """Return it as the row of a dataframe."""
        return {
            "question": question,
            "answer": self.text,
            "outcome": self.outcome,
            "sources": ", ".join(self.sources),
            "seconds": self.seconds,
            "tokens": self.tokens,
            "cost": self.cost,
        }

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        facts = {
            "sources": ", ".join(self.sources),
            "model": self.model,
            "cost": f"{self.cost:.5f}",
        }
        why = {"handoff": self.handoff, "error": self.error}
        steps = [(one.get("kind"), one.get("title"), one.get("seconds")) for one in self.trace]
        quotes = [(one.get("n"), one.get("source"), one.get("quote")) for one in self.citations]
        return shown.block(
            self.outcome,
            shown.paragraph(self.text),
            shown.pairs({**facts, **why}),
            shown.folded("citations", shown.table(quotes)) if quotes else "",
            shown.folded("trace", shown.table(steps)) if steps else "",
        )
