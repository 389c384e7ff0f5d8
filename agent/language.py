"""Which language a customer writes in, told by the small words no sentence can do without."""

import re
from collections.abc import Sequence

# Words of one language only, or nearly so, as customers type them (without accents too).
_WORDS = {
    "es": "el los las una unos del al que qué como cómo cual cuál cuanto cuánto cuanta cuántos "
    "cuantos donde dónde cuando cuándo quien por para con sin pero muy mas más ya mi tu su sus "
    "es son esta está estan están hay tengo tiene tienen quiero puedo puede necesito hola buenas "
    "buenos días dias tardes gracias y o si sí le les me se lo la en de un nos yo usted ustedes "
    "precio cuesta hacer favor vale también tambien eso esto adiós adios",
    "en": "the a an is are was do does did what how much many where when who which why for with "
    "without but very more my your his her their have has i you we they can could would should "
    "need want hello hi hey thanks thank please and or if yes it this that there of to in on at "
    "from not any price cost bye good morning afternoon evening about get",
    "pt": "o os as uma uns do da dos das ao que como qual quanto quanta quantos onde quando quem "
    "por para com sem mas muito mais já meu minha seu sua é são está estão há tenho tem têm "
    "quero posso pode preciso olá ola oi bom boa dia tarde noite obrigado obrigada e ou se sim "
    "você vocês voce não nao em de um nos eu isso isto também fazer preço custa tchau",
}
_LISTS = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def language_of(text: str, allowed: Sequence[str], default: str) -> str:
    """Return the language of *allowed* that *text* is written in, else *default*."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {
        language: sum(word in _LISTS[language] for word in words)
        + 2 * _tell_tale(text, language) * bool(words)
        for language in allowed
        if language in _LISTS
    }
    best = max(scores.values(), default=0)
    leaders = [language for language, score in scores.items() if score == best]
    if not best or (len(leaders) > 1 and default in leaders):
        return default
    return leaders[0]


def _tell_tale(text: str, language: str) -> bool:
    """Signs only one of the languages writes: ¿ ¡ ñ; ã õ ç."""
    signs = {"es": "¿¡ñÑ", "pt": "ãõçÃÕÇ"}.get(language, "")
    return any(sign in text for sign in signs)
