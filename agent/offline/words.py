"""Words as the built-in model compares them: folded, stemmed, without those that say nothing."""

import functools
import re
import threading

import Stemmer

from agent.guard import folded

_SAY_NOTHING = """
    a about al algo algun alguna alguno all am an and ante antes any aqui are as asi at aun
    be bien buen buenas bueno buenos by cada can cierto como con consulta could cual cuales
    cuando cuanta cuantas cuanto cuantos cuesta cuestan da dais dan de debo del desde dia
    dias dice did diferencia digame dime disculpa disculpe do does donde dos duda e el ella
    ellas ellos en entonces entre era es esa ese eso esta estan estas este esto estos falta
    favor for from fue get give got gracias ha haber hace hacen hacer hacerlo had hago han
    has hasta have hay hello hi hola how i if igual in incluye informacion ir is it its just
    know la las le les like lo los mandar manejan many mas may me meter mi mis more much
    mucho must muy my nada necesito need ni no noches nos nosotros o of ofrecen on one or os
    otra otro our out oye para pedis perdon pero piden please poder podria podrian por
    porque pregunta puedas puede pueden puedes puedo pues que question quien quiera quiero
    quisiera saber sale se sea ser seria should si significa sin so sobre solo some son soy
    su sus tal tambien tan tarda tardan tardes te tell tener tengo thank thanks that the
    their them there they this ti tiene tienen to todo tu tus un una unas uno unos usted
    ustedes va vale van vosotros want was we what when where which who will with would y ya
    yo you your
"""
_STOP = frozenset(_SAY_NOTHING.split())
# A Snowball stemmer holds the word it is working on, so one at a time.
_SPANISH = Stemmer.Stemmer("spanish")
_LOCK = threading.Lock()


@functools.lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of one folded word; numbers are their own."""
    if word.isdigit():
        return word
    with _LOCK:
        return str(_SPANISH.stemWord(word))


def stems(text: str) -> list[str]:
    """The stems of the words of *text* that say something, in order."""
    joined = re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", text)  # 3,000 is one word
    return [stem(word) for word in folded(joined).split() if word not in _STOP and len(word) > 1]
