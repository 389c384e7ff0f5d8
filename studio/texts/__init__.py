"""Every word a person reads in the studio, in the languages of `store.people.people.LANGUAGES`."""

from studio.texts.en import TEXTS as ENGLISH
from studio.texts.es import TEXTS as SPANISH

TEXTS = {"es": SPANISH, "en": ENGLISH}


def say(language: str, key: str, /, **values: object) -> str:
    """Return the text *key* in *language* with *values* filled in."""
    return TEXTS[language][key].format(**values)


def has(language: str, key: str) -> bool:
    """True when there is a text by that key."""
    return key in TEXTS[language]
