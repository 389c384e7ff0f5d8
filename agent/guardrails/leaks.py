"""Whether a reply gives away the system prompt or its canary, however they are spelled.

Two measures, because instructions hold two kinds of text. What customers may hear (opening hours,
addresses, prices) is repeated in plain words by honest replies: in plain words only the house
rules and what is said *to the agent* count, and only when much of it comes together. Nobody
spells such facts backwards, in another alphabet, letter by letter or in base64 to a customer: what
is disguised counts from a short run on, whatever it says. OWASP LLM07 calls this prompt leakage.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import AnyStr, Generic

from agent.guardrails.decoding import decoded
from agent.guardrails.folding import letters, skeleton

DISGUISED = 28  # letters in a row that are no accident
MOVED = 20  # steps between letters; accents, which are not moved along, end a run early
PLAIN, PLAIN_IN_ALL = 32, 80  # letters in a row, and of all such runs together
FACTS = 6  # digits in a run that make it a fact: hours, prices, telephone numbers
KNOWN = 0.7  # of the letters of a run, in words as the prompt has them: it is not disguised
PLACES = 8  # of a run in the prompt that are looked at
FEWEST_LETTERS = 6  # different ones, for steps between letters to mean anything
DEPTH = 2  # codes within codes
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+")
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")  # words that are meant to be said
# Sentences that speak to the agent, or of the customer as a third person.
_TO_THE_AGENT = re.compile(
    r"\b(?:(?:el|al|un|los|the|a|o|ao|um) (?:cliente|usuario|customer|user|client)s?|eres|nunca|"
    r"never|pregunta(?:lo|le)?|pergunte|ask (?:for|them|him|her|only)|saluda|greet|ofrece|propon|"
    r"inventes|prometas|pidas|digas|menciones|reveles|hables|consulta siempre|explica|aclara|"
    r"you are|do not (?:mention|reveal|tell|say|promise|invent|ask|discuss)|tu trabajo|si piden)\b"
)
_ABC = "abcdefghijklmnopqrstuvwxyz"
_NEGATED = bytes((26 - step) % 26 for step in range(256))


@dataclass(frozen=True)
class Source(Generic[AnyStr]):
    """A text that runs of at least `least` signs are looked for in."""

    signs: AnyStr
    least: int
    probes: frozenset[AnyStr]  # every piece of half that length

    @classmethod
    def of(cls, signs: AnyStr, least: int) -> "Source[AnyStr]":
        """Cut *signs* into its pieces."""
        size = least // 2
        ends = range(len(signs) - size + 1)
        return cls(signs, least, frozenset(signs[at : at + size] for at in ends))


@dataclass(frozen=True)
class Secret:
    """A system prompt, folded for being looked for."""

    canaries: tuple[str, ...]
    kept: "Source[str]"  # what no customer should hear in plain words, as a skeleton
    whole: "Source[str]"  # everything, as a skeleton
    letters: str
    steps: "Source[bytes]"
    words: frozenset[str]


@functools.lru_cache(maxsize=32)
def secret_of(prompt: str, instructions: str, canary: str) -> Secret:
    """Return what must not leak of *prompt*; *instructions* are those parts that staff wrote."""
    rules = prompt[prompt.rfind("<rules>") :]
    lines = (line for line in _SENTENCE.split(_QUOTED.sub("", instructions)))
    kept = [line for line in lines if _TO_THE_AGENT.search(_bare(line))]
    return Secret(
        canaries=tuple(_spellings(canary)),
        kept=Source.of(skeleton(" ".join([rules, *kept])), PLAIN),
        whole=Source.of(skeleton(prompt), DISGUISED),
        letters=letters(prompt),
        steps=Source.of(_steps(letters(prompt)), MOVED),
        words=frozenset(_words(prompt)),
    )


def leaks(reply: str, secret: Secret, given: Sequence[str] = ()) -> bool:
    """Whether *reply* gives *secret* away; what *given* texts say is known to the customer."""
    if _is_told(reply, secret, given) or _is_disguised(reply, secret):
        return True
    turned = skeleton(" ".join(word[::-1] for word in reply.split()))
    if _has_run(turned, secret.whole):
        return True
    return any(_is_in(text, secret) for text in _decoded(reply, DEPTH))


def _decoded(text: str, depth: int) -> Iterator[str]:
    for found in decoded(text):
        yield found
        if depth > 1 and len(found) >= DISGUISED:
            yield from _decoded(found, depth - 1)


def _is_told(reply: str, secret: Secret, given: Sequence[str]) -> bool:
    """In plain words: much of what was said to the agent."""
    folded, total = skeleton(reply), 0
    for start, end in _runs(folded, secret.kept):
        run = folded[start:end]
        digits = sum(map(str.isdigit, _span(reply, start, end)))
        if digits < FACTS and not any(run in skeleton(text) for text in given):
            total += end - start
    return total >= PLAIN_IN_ALL


def _is_disguised(reply: str, secret: Secret) -> bool:
    """Letter by letter, in look-alikes, backwards, or each letter moved along the alphabet."""
    folded = skeleton(reply)
    for start, end in _runs(folded, secret.whole):
        if not _is_plain(_span(reply, start, end), secret):
            return True
    return _has_canary(folded, secret) or _is_moved(letters(reply), secret)


def _is_in(text: str, secret: Secret) -> bool:
    """In what was decoded: a short run is enough."""
    folded = skeleton(text)
    if _has_run(folded, secret.whole) or _has_canary(folded, secret):
        return True
    return _is_moved(letters(text), secret)


def _has_run(folded: str, source: Source[str]) -> bool:
    return any(True for _ in _runs(folded, source))


def _has_canary(folded: str, secret: Secret) -> bool:
    return any(canary in folded for canary in secret.canaries)


def _is_moved(said: str, secret: Secret) -> bool:
    """Backwards, or with another alphabet: the steps between its letters stay the same."""
    steps = _steps(said)
    for moved in (steps, steps.translate(_NEGATED), steps[::-1], steps[::-1].translate(_NEGATED)):
        for start, end in _runs(moved, secret.steps):
            plain = moved is steps and said[start:end] in secret.letters
            if not plain and len(set(moved[start:end])) >= FEWEST_LETTERS:
                return True
    return False


def _steps(said: str) -> bytes:
    return bytes((after - before) % 26 for before, after in pairwise(said.encode()))


def _spellings(canary: str) -> Iterator[str]:
    """The canary forwards and backwards, in rot13, and with the alphabet turned round."""
    for alphabet in (_ABC, _ABC[13:] + _ABC[:13], _ABC[::-1]):
        moved = canary.translate(str.maketrans(_ABC, alphabet))
        yield from (skeleton(moved), skeleton(moved[::-1]))


def _is_plain(span: str, secret: Secret) -> bool:
    """Whether *span* is written in the prompt's own words, as anybody writes them."""
    said = _words(span)
    inner = said[1:-1] or said  # the first and the last may be parts of words
    known = sum(len(word) for word in inner if word in secret.words)
    return known >= KNOWN * sum(map(len, inner))


def _span(text: str, start: int, end: int) -> str:
    """The part of *text* that the letters from *start* to *end* of its skeleton come from."""
    places = list(chain.from_iterable([at] * len(skeleton(sign)) for at, sign in enumerate(text)))
    return text[places[start] : places[end - 1] + 1]


def _runs(text: AnyStr, source: Source[AnyStr]) -> Iterator[tuple[int, int]]:
    """Yield where *text* has at least as many signs in a row as *source* asks for, as it has them.

    A run of that length holds one of the probes whole, so nothing between them need be looked at.
    """
    least, size, at = source.least, source.least // 2, 0
    while at + size <= len(text):
        end = at
        if text[at : at + size] in source.probes:
            start, end = max(_around(text, source.signs, at, size), key=lambda run: run[1] - run[0])
            if end - start >= least:
                yield start, end
        at = max(at + least - size + 1, end)


def _around(text: AnyStr, source: AnyStr, at: int, size: int) -> Iterable[tuple[int, int]]:
    """The runs around a probe, one for each place where *source* has it."""
    found, place = [(at, at)], source.find(text[at : at + size])
    while place >= 0 and len(found) <= PLACES:
        before = _alike(text[:at][::-1], source[:place][::-1])
        after = _alike(text[at:], source[place:])
        found.append((at - before, at + after))
        place = source.find(text[at : at + size], place + 1)
    return found


def _alike(one: AnyStr, other: AnyStr) -> int:
    """How many signs both begin with alike."""
    for count, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return count
    return min(len(one), len(other))


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _bare(text))
