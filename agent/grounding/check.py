"""Which sentences of an answer stand on nothing that was found, and what of each is missing.

A statement is held against the passages outside the model: its figures, days, names and links have
to stand there, a figure or a name beside what is said of it; it must not say the contrary of the
line it is nearest to; and most of its words, the rare ones most, have to stand in one passage.
Where words cannot tell, in another language or said otherwise, vectors do
(`agent.grounding.nearness`); where there are none, only a figure or a name that is known speaks
for a sentence in another language.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.grounding.contrary import is_contrary
from agent.grounding.facts import Figure, calendar, figures, names, readings
from agent.grounding.nearness import Nearness, is_courtesy, is_near
from agent.grounding.sources import Grounds, Line
from agent.grounding.statements import Statement, clause_of, statements
from agent.grounding.words import finds_nothing, keys, plain, telling
from agent.guardrails.links import strangers

Kind = Literal["figure", "date", "name", "link", "contrary", "words"]
LEAST_WORDS = 0.5  # of a statement's weight, that has to stand in one passage
LEAST_BESIDE_FIGURES = 0.3  # of a statement whose figure, day or name stands where it should
BESIDE = 0.6  # of the best line's words, that a figure's own line must share
NEAR_NAME = 0.5  # the same for a name
_OWN = {"tu", "tus", "su", "sus", "your", "you", "seu", "sua", "usted", "voce", "te", "le"}


@dataclass(frozen=True)
class Fault:
    """A sentence that stands on nothing: of which kind, and what of it is missing."""

    sentence: str
    kind: Kind
    missing: str = ""


def faults(
    reply: str, grounds: Grounds, nearness: Nearness | None = None, language: str = ""
) -> list[Fault]:
    """Return the sentences of *reply* that *grounds* do not support, in order.

    *language* is the one it should be in, where that is known.
    """
    found = (_fault(one, grounds, nearness) for one in statements(reply, language))
    return [fault for fault in found if fault is not None]


def _fault(one: Statement, grounds: Grounds, nearness: Nearness | None) -> Fault | None:
    for kind, check in _CHECKS:
        missing = check(one, grounds)
        if missing:
            return Fault(one.text, kind, missing)
    if one.is_question or not one.words or finds_nothing(one.text):
        return None
    if not _is_foreign(one, grounds) and is_contrary(one.text, grounds):
        return Fault(one.text, "contrary")
    return None if _is_supported(one, grounds, nearness) else Fault(one.text, "words")


# --- figures, days, names and links


def _figure(one: Statement, grounds: Grounds) -> str:
    """The first figure that stands nowhere, or only beside something else."""
    for figure in figures(one.text):
        asks = one.is_question and figure.kind not in ("money", "percent")
        if asks or figure.is_in(grounds.figures) or _is_echo(figure, one, grounds):
            continue
        lines = [line for line in grounds.lines if figure.is_in(line.readings)]
        if not lines or not (_is_foreign(one, grounds) or _is_beside(figure, one, lines, grounds)):
            return figure.shown
    return ""


def _is_echo(figure: Figure, one: Statement, grounds: Grounds) -> bool:
    """Whether the customer said it, of what is theirs."""
    is_theirs = one.is_question or finds_nothing(one.text) or _OWN & {*plain(one.text).split()}
    return bool(is_theirs) and figure.is_in(readings(grounds.asked))


def _is_beside(figure: Figure, one: Statement, lines: Sequence[Line], grounds: Grounds) -> bool:
    """Whether *figure* stands in the line that its clause is about, and in no other's place."""
    words = telling(clause_of(one.text, figure.start, figure.end)) or one.words
    rivals = [
        line for line in grounds.lines if any(unit == figure.kind for unit, _ in line.readings)
    ]
    most = max(grounds.shared(words, line.keys) for line in [*rivals, *lines])
    return max(grounds.shared(words, line.keys) for line in lines) >= BESIDE * most


def _date(one: Statement, grounds: Grounds) -> str:
    """The days and months that nothing names."""
    return "" if one.is_question else ", ".join(sorted(calendar(one.text) - grounds.calendar))


def _name(one: Statement, grounds: Grounds) -> str:
    """A name that stands nowhere, or only where something else is said."""
    if one.is_question or one.language == "":  # other languages give other words a capital
        return ""
    known = grounds.given_keys | keys(grounds.asked)
    foreign = _is_foreign(one, grounds)
    for name in names(one.text):
        mine = keys(name)
        if mine & known or not telling(name) or (foreign and name.isupper()):
            continue
        lines = [line for line in grounds.lines if mine & line.keys]
        most = max((grounds.shared(one.words, line.keys) for line in grounds.lines), default=0.0)
        own = max((grounds.shared(one.words, line.keys) for line in lines), default=0.0)
        if not lines or (not foreign and own < NEAR_NAME * most):
            return name
    return ""


def _link(one: Statement, grounds: Grounds) -> str:
    """A link that nobody gave."""
    texts = [grounds.given, grounds.asked, *(passage.text for passage in grounds.passages)]
    return next((link.shown for link in strangers(one.text, texts)), "")


_CHECKS: tuple[tuple[Kind, Callable[[Statement, Grounds], str]], ...] = (
    ("link", _link),
    ("figure", _figure),
    ("date", _date),
    ("name", _name),
)


# --- sentence by sentence


def _is_foreign(one: Statement, grounds: Grounds) -> bool:
    """Whether *one* is in another language than what was found, so that words say little."""
    return bool(grounds.language) and one.language != grounds.language


def _is_supported(one: Statement, grounds: Grounds, nearness: Nearness | None) -> bool:
    anchored = _is_anchored(one, grounds)
    if _most_words(one, grounds) >= (LEAST_BESIDE_FIGURES if anchored else LEAST_WORDS):
        return True
    foreign = _is_foreign(one, grounds)
    if nearness is None:  # of a language whose words are not known, only facts can be checked
        return foreign and (anchored or not one.language)
    texts = [line.text for line in _looked_at(one, grounds)]
    return is_courtesy(nearness, one.text) or is_near(
        nearness, one.text, texts, foreign and anchored
    )


def _looked_at(one: Statement, grounds: Grounds) -> list[Line]:
    """The lines that vectors are asked about: those of the passages that it cites come first, and
    those that share its words."""
    return sorted(
        grounds.lines,
        key=lambda line: (line.n not in one.cited, -grounds.shared(one.words, line.keys)),
    )


def _most_words(one: Statement, grounds: Grounds) -> float:
    """How much of a statement stands in one passage, in those that it cites or whose names it
    says, or in what is given."""
    places = [passage.keys | grounds.given_keys for passage in grounds.passages]
    named = keys(" ".join(names(one.text)))
    for some in (
        [passage.keys for passage in grounds.passages if passage.n in one.cited],
        [passage.keys for passage in grounds.passages if named & passage.keys],
    ):
        places.append(grounds.given_keys.union(*some))
    return max(grounds.share(one.words, place) for place in places or [grounds.given_keys])


def _is_anchored(one: Statement, grounds: Grounds) -> bool:
    """Whether something that is the same in every language stands in both."""
    said = keys(" ".join(names(one.text)))
    return bool(figures(one.text) or calendar(one.text) or said & grounds.every_key)
