"""Opt-out and opt-in: words with which a customer stops all messages, and brings them back.

A word counts only when it is the whole message: "quiero parar de fumar" is no opt-out, and a
single "cancelar" more often ends an appointment than a subscription, so it stands only with what
is cancelled. English words: Twilio's default keywords (Twilio: "Support for opt-out keywords")
without END, QUIT, CANCEL and YES, which answer ordinary questions too. WhatsApp asks every
business to honour such a request (WhatsApp Business Messaging Policy).
"""

import re
import unicodedata
from functools import cache
from typing import Literal

Wish = Literal["", "out", "in"]

OPTED_OUT = "opted_out"  # in outbox.error_code, and in inbox.turn_id of what is not answered
REFUSED = (
    "The customer asked to receive nothing more. Nothing is sent until they write ALTA, START"
    " or VOLTAR."
)
LONGEST_WORD = 40

_OUT = {
    "es": "baja; darme de baja; dar de baja; dame de baja; deme de baja; quiero darme de baja;"
    " parar; salir; cancelar suscripcion; cancelar la suscripcion; cancelar mensajes;"
    " no mas mensajes; no quiero mas mensajes; no enviar mas mensajes; desuscribir; desuscribirme",
    "pt": "parar; sair; cancelar inscricao; cancelar a inscricao; cancelar assinatura;"
    " cancelar mensagens; nao quero mais mensagens; chega de mensagens; descadastrar; pare",
    "en": "stop; stopall; stop all; unsubscribe; optout; opt out; opt-out; revoke;"
    " stop messages; no more messages; cancel subscription",
}
_IN = {
    "es": "alta; darme de alta; volver; reanudar; suscribir; suscribirme; iniciar",
    "pt": "voltar; retomar; inscrever; reativar; iniciar",
    "en": "start; unstop; subscribe; resume; optin; opt in; opt-in",
}
_CONFIRMED = {
    "out": {
        "es": "Listo: no le enviaremos más mensajes. Si quiere volver a recibirlos, escriba ALTA.",
        "pt": "Pronto: não enviaremos mais mensagens. Se quiser voltar a recebê-las, escreva"
        " VOLTAR.",
        "en": "Done: we will send you no more messages. To receive them again, write START.",
    },
    "in": {
        "es": "Bienvenido de nuevo. ¿En qué le podemos ayudar?",
        "pt": "Bem-vindo de volta. Em que podemos ajudar?",
        "en": "Welcome back. How can we help you?",
    },
}


def wish(text: str) -> Wish:
    """Return what the whole of *text* asks for; "" for an ordinary message."""
    words = _plain(text) if len(text) <= LONGEST_WORD else ""
    if words in _words("out"):
        return "out"
    return "in" if words in _words("in") else ""


def confirmation(wanted: Wish, text: str, language: str) -> str:
    """Return what the customer is told, in the word's own language when it has but one."""
    own = _words(wanted).get(_plain(text), ())
    chosen = own[0] if len(own) == 1 and own[0] != "en" else language
    said = _CONFIRMED[wanted]
    return said.get(chosen) or said.get(next(iter(own), "es"), said["es"])


@cache
def _words(wanted: str) -> dict[str, tuple[str, ...]]:
    """The words, and the languages each belongs to."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in (_OUT if wanted == "out" else _IN).items():
        for word in words.split(";"):
            found[word.strip()] = (*found.get(word.strip(), ()), language)
    return found


def _plain(text: str) -> str:
    """*text* without accents, case, marks and emoji."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w\s-]|_", " ", letters).split())
