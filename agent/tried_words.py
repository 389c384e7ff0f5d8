"""Hand-off words and forbidden topics, tried on turns of the past without asking a model."""

from collections.abc import Iterable
from dataclasses import dataclass

from agent.guardrails.checks import word_said

HANDED_OVER, STOPPED = "handed_over", "stopped"


@dataclass(frozen=True)
class TriedWords:
    """The words of a spec: `handoff.words` and `handoff.topics`, and `guard.forbidden_topics`."""

    handoff_words: tuple[str, ...] = ()
    handoff_topics: tuple[str, ...] = ()
    forbidden_topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """What would have become of a turn, and the word that did it."""

    effect: str  # handed_over: a person is called; stopped: the answer is not sent
    word: str


def hit(words: TriedWords, asked: Iterable[str], answer: str) -> Hit | None:
    """Return what *words* would have done with a turn; None: nothing.

    As at run time, what is asked counts first: then nothing is answered.
    """
    said = list(asked)
    for theirs in (words.handoff_words, words.handoff_topics):
        word = word_said(said, theirs)
        if word:
            return Hit(HANDED_OVER, word)
    word = word_said([answer], words.forbidden_topics)
    return Hit(STOPPED, word) if word else None
