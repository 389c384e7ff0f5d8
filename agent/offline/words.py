"""Words as the built-in model compares them: as the search does, without those that only ask."""

import functools

from knowledge.lexical import fold, words
from knowledge.lexical import stems as all_stems

# Besides the search's own stop words.
_ONLY_ASK = """
bueno cierto consulta cuesta cuestan dais dan debo dice diferencia entonces falta give got hacerlo
igual incluye mandar manejan many may meter much must ofrecen one pedis piden podrian puedas
question quiera sale seria significa tarda tardan vale
"""
_STOP = frozenset(_ONLY_ASK.split())


@functools.lru_cache(maxsize=4_096)
def stems(text: str) -> tuple[str, ...]:
    """The Spanish stems of the words of *text* that say something, in order."""
    telling = (word for word in words(text) if fold(word) not in _STOP)
    return tuple(found[0] for word in telling if (found := all_stems(word)))
