"""Which tools a sentence asks for, and with what: by what it fills in of each, and what is left."""

import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from agent.guardrails.checks import folded
from agent.offline.frames import Frame
from agent.offline.glossary import topic_words
from agent.offline.slots import Filled, fill, is_number
from agent.offline.talk import talk_in
from agent.offline.words import stems

FOLLOWED = 6  # messages back
_SEEKS = re.compile(
    r"\b(?:busco|buscando|quiero (?:un|una|comprar)|me interesa|muestr\w+|ensen\w+|opciones|"
    r"recomi\w+|looking for|show me|options|want an?)\b"
)
_ASKS = re.compile(
    r"\b(?:tien\w+|teng\w+|hay|disponibles?|ofrecen|venden?|vendes|do you have|available|any|"
    r"algun|alguna|list\w*|cual|cuales|cuant\w+|cuest\w+|what|which|how much|precio|price|"
    r"pag\w+|is the)\b"
)
_AND = re.compile(r"(?:y|e|and|pero|but|de|en|con|in|with|under|menos|hasta|mas|less|up to) ")
_ONE = frozenset(("un", "una", "a", "an", "any", "algun", "alguna"))


class Wanted(NamedTuple):
    """A tool to call; `told` is False when this very sentence fills in nothing."""

    frame: Frame
    arguments: dict[str, Any]
    told: bool = True


def wanted(
    question: str, earlier: Sequence[str], frames: Sequence[Frame], known: Collection[str] = ()
) -> list[Wanted]:
    """Return what *question* asks of the tools; *known* are the stems that documents hold."""
    searching = [frame for frame in frames if frame.searches]
    working = [frame for frame in frames if not frame.searches]
    sums = [one for frame in working if (one := _worked_out(question, earlier, frame, searching))]
    if any(one.told for one in sums):
        return sums
    others = [phrase for frame in working for phrase in frame.said_as]
    found = ((frame, _searched(question, earlier, frame, others, known)) for frame in searching)
    return [*(Wanted(frame, some) for frame, some in found if some is not None), *sums]


def _worked_out(
    question: str, earlier: Sequence[str], frame: Frame, searching: Sequence[Frame]
) -> Wanted | None:
    """A calculation: what was said before counts as long as the talk is of it, and of the same."""
    first, arguments, about, told = frame.slots[0].name, dict[str, Any](), False, False
    for text in [*earlier[-FOLLOWED:], question]:
        filled = fill(frame, text, arguments)
        told = bool(filled.arguments) or (about and is_number(text))
        goes_on = about and told and not any(fill(other, text).about for other in searching)
        if first in arguments and _is_another(frame, text, filled):
            arguments, filled = {}, fill(frame, text)
        about = filled.about or goes_on or (about and bool(talk_in(text)))
        arguments = arguments | filled.arguments if about else {}
    return Wanted(frame, arguments, told) if about else None


def _is_another(frame: Frame, text: str, filled: Filled) -> bool:
    """Whether *text* says the first input anew: then it asks about something else."""
    first, alone = frame.slots[0].name, fill(frame, text).arguments
    if first in filled.arguments:
        return True
    return filled.about and first in alone and alone[first] not in filled.arguments.values()


def _searched(
    question: str,
    earlier: Sequence[str],
    frame: Frame,
    others: Sequence[str],
    known: Collection[str],
) -> dict[str, Any] | None:
    """The arguments of a search, or None when *question* is not one."""
    if topic_words(question):
        return None
    filled, text = fill(frame, question), folded(question)
    seeks, asks = bool(_SEEKS.search(text)), bool(_ASKS.search(text))
    rest = _left(filled.rest, text, others)
    arguments, about = filled.arguments, filled.about
    if arguments and not about and not rest and earlier and _AND.match(text):
        return (_searched(earlier[-1], earlier[:-1], frame, others, known) or {}) | arguments
    if arguments and (not rest or seeks or (about and asks)):
        return arguments
    if about and not rest and (seeks or asks):
        return {}
    heard_of = len(rest) != 1 or rest[0] in known or not (seeks or asks)
    unheard = {} if heard_of else _unheard(rest[0], text, frame)
    return unheard or ({} if about and seeks else None)


def _unheard(stem: str, text: str, frame: Frame) -> dict[str, Any]:
    """A thing that neither the table nor a document has is asked of the table, which says so."""
    words = text.split()
    at = next(at for at, word in enumerate(words) if stem in stems(word))
    before = words[at - 1] if at else ""
    is_a_thing = before in _ONE or {*stems(before)} & {*stems(" ".join(frame.said_as))}
    return {next(slot.name for slot in frame.slots if slot.values): words[at]} if is_a_thing else {}


def _left(rest: Sequence[str], text: str, others: Sequence[str]) -> list[str]:
    """The stems that do more than ask, or name what another tool is about."""
    asking = [*_SEEKS.findall(text), *_ASKS.findall(text)]
    asking += [phrase for phrase in others if f" {phrase} " in f" {text} "]
    spent = set(stems(" ".join(asking)))
    return [stem for stem in rest if stem not in spent]
