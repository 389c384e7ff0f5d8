"""Words as the built-in model compares them: folded, stemmed, without those that say nothing."""

import functools
import re
import threading

import snowballstemmer

from agent.guard import folded

_STOP = frozenset(
    ["a", "al", "algo", "alguna", "alguno", "algun", "ante", "antes", "aqui", "asi", "aun", "bien", "bueno", "buenas", "buenos", "cada", "cierto", "como", "con", "cual", "cuales", "cuando", "cuanta", "cuantas", "cuanto", "cuantos", "da", "dan", "de", "debo", "del", "desde", "dia", "dias", "dice", "digame", "dime", "donde", "dos", "e", "el", "ella", "ellas", "ellos", "en", "entonces", "era", "es", "esa", "ese", "eso", "esta", "estan", "estas", "este", "esto", "estos", "favor", "fue", "gracias", "ha", "haber", "hace", "hacer", "hacen", "hago", "han", "hasta", "hay", "hola", "i", "igual", "incluye", "informacion", "ir", "la", "las", "le", "les", "lo", "los", "mas", "me", "mi", "mis", "mucho", "muy", "nada", "necesito", "ni", "no", "nos", "nosotros", "o", "os", "otra", "otro", "para", "pero", "poder", "podria", "podrian", "por", "porque", "pregunta", "puede", "pueden", "puedo", "pues", "que", "quien", "quiera", "quiero", "quisiera", "saber", "se", "sea", "ser", "si", "sin", "sobre", "solo", "son", "soy", "su", "sus", "tal", "tambien", "tan", "te", "tener", "tengo", "ti", "tiene", "tienen", "todo", "tu", "tus", "un", "una", "unas", "uno", "unos", "usted", "ustedes", "va", "vale", "van", "vosotros", "y", "ya", "yo", "tardes", "noches", "duda", "consulta", "oye", "disculpe", "disculpa", "perdon", "buen", "ofrecen", "manejan", "tarda", "seria", "about", "all", "am", "an", "and", "any", "are", "as", "at", "be", "by", "can", "could", "did", "do", "does", "for", "from", "get", "give", "got", "had", "has", "have", "hello", "hi", "how", "if", "in", "is", "it", "its", "just", "know", "like", "many", "may", "me", "more", "much", "must", "my", "need", "of", "on", "one", "or", "our", "out", "please", "question", "should", "so", "some", "tell", "thank", "thanks", "that", "the", "their", "them", "there", "they", "this", "to", "want", "was", "we", "what", "when", "where", "which", "who", "will", "with", "would", "you", "your"]
)
# pystemmer-free snowball keeps its state in the object, so one at a time.
_SPANISH = snowballstemmer.stemmer("spanish")
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
