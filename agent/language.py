"""Which language a customer writes in: told by the small words no sentence can do without, by signs
that one language alone writes, and by its script.

Languages are BCP 47 tags (RFC 5646); `pt-BR` is told as `pt` is.
"""

import re
import unicodedata
from collections import Counter
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
    "fr": "le la les des du une un est sont et ou où que qui quoi quel quelle quels combien "
    "comment quand pourquoi pour avec sans mais très plus mon ma mes votre vos notre nous "
    "vous je il elle bonjour bonsoir salut merci oui non pas ce cette avez puis prix "
    "coûte au aux dans sur de",
    "de": "der die das ein eine einen ist sind und oder was wie wo wann wer warum für mit ohne "
    "aber sehr mehr mein meine ihr ihre sie wir ich es haben hat gibt kann können hallo guten tag "
    "morgen danke bitte ja nein nicht zu zum im am um wieviel viel kostet preis von auf",
    "it": "il lo gli una uno un è sono e o che cosa come dove quando quanto quanti chi perché "
    "per con senza ma molto più mio mia vostro siete avete ho ha abbiamo ciao buongiorno "
    "buonasera grazie sì non del della dei nel alla al costa prezzo orari vorrei posso si "
    "la di",
}
_LISTS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_SIGNS = {"es": "¿¡ñ", "pt": "ãõ", "de": "ß", "fr": "œ"}
# By the first word of a letter's name (Unicode, chapter 4.8).
_SCRIPTS = {
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh", "ja"),
    "HANGUL": ("ko",),
    "CYRILLIC": ("ru", "uk", "bg", "sr"),
    "ARABIC": ("ar", "fa", "ur"),
    "HEBREW": ("he",),
    "GREEK": ("el",),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "THAI": ("th",),
}
LEAST_OTHER = 2  # small words that speak for a language which the agent does not name


def language_of(text: str, allowed: Sequence[str], default: str) -> str:
    """Return the language of *allowed* that *text* is written in, else *default*."""
    scores = _scores(text, [tag for tag in allowed if primary(tag) in _LISTS])
    best = max(scores.values(), default=0)
    leaders = [language for language, score in scores.items() if score == best]
    if not best or (len(leaders) > 1 and default in leaders):
        return default
    return leaders[0]


def asked_in(text: str, languages: Sequence[str], default: str) -> str:
    """Return the language that *text* is written in: one of the agent's *languages* by its tag,
    another where its words or its script leave no doubt, else *default*."""
    script = _script(text)
    if script:
        return next((tag for tag in languages if primary(tag) in script), script[0])
    own = language_of(text, languages, default)
    mine = max(
        _scores(text, [tag for tag in languages if primary(tag) in _LISTS]).values(), default=0
    )
    known = {primary(tag) for tag in languages}
    others = Counter(_scores(text, [one for one in _LISTS if one not in known])).most_common(2)
    if not others:
        return own
    other, score = others[0]
    second = others[1][1] if len(others) > 1 else 0
    return other if score >= LEAST_OTHER and score > max(mine, second) else own


def primary(tag: str) -> str:
    """The language of *tag*, without its region: `pt` of `pt-BR`."""
    return tag.partition("-")[0].lower()


def _scores(text: str, tags: Sequence[str]) -> dict[str, int]:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {
        tag: sum(word in _LISTS[primary(tag)] for word in words)
        + 2 * any(sign in text.lower() for sign in _SIGNS.get(primary(tag), "")) * bool(words)
        for tag in tags
    }


def _script(text: str) -> tuple[str, ...]:
    """The languages of the script that most letters of *text* are in; none for the Latin one."""
    letters = [sign for sign in text if sign.isalpha()]
    found = Counter(
        unicodedata.name(one, "").partition(" ")[0].partition("-")[0] for one in letters
    )
    kana = found["HIRAGANA"] + found["KATAKANA"]
    if kana and found["CJK"]:
        return ("ja",)
    name, count = (found.most_common(1) or [("", 0)])[0]
    return _SCRIPTS.get(name, ()) if 2 * count > len(letters) else ()
