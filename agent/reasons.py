"""Why a person was wanted, in the language of whoever reads it.

Stores keep one English sentence, so that reasons can be counted. What stands behind its colon is
the customer's or the model's and stays as it is; numbers stay, too.
"""

import re

from agent.spec import Wording

_NUMBER = re.compile(r"\d+")
_SAID = {
    "The customer wrote": Wording(es="El cliente escribió", pt="O cliente escreveu"),
    "Only a person may answer to this": Wording(
        es="Solo una persona puede responder a esto", pt="Só uma pessoa pode responder a isto"
    ),
    "The agent failed # times in a row": Wording(
        es="El agente falló # veces seguidas", pt="O agente falhou # vezes seguidas"
    ),
    "The customer asked for a person, and the agent failed": Wording(
        es="El cliente pidió una persona y el agente falló",
        pt="O cliente pediu uma pessoa e o agente falhou",
    ),
    "tool_loop": Wording(
        es="El agente repetía la misma consulta",
        en="The agent asked the same thing again and again",
        pt="O agente repetia a mesma consulta",
    ),
    "The agent asked for a person.": Wording(
        es="El agente pidió una persona.", pt="O agente pediu uma pessoa."
    ),
    "Restored from a backup; it may have been answered since.": Wording(
        es="Recuperada de una copia de seguridad; puede que ya se haya respondido.",
        pt="Recuperada de uma cópia de segurança; talvez já tenha sido respondida.",
    ),
    "offline_on_live_number": Wording(
        es="El agente no tiene modelo", en="The agent has no model", pt="O agente não tem modelo"
    ),
    "Today's turns of this customer are used up": Wording(
        es="El cliente agotó los turnos de hoy", pt="O cliente esgotou as respostas de hoje"
    ),
    "Today's money for this customer is spent": Wording(
        es="Se gastó el dinero de hoy para este cliente",
        pt="O dinheiro de hoje para este cliente acabou",
    ),
    "Today's money for all customers is spent": Wording(
        es="Se gastó el dinero de hoy para todos los clientes",
        pt="O dinheiro de hoje para todos os clientes acabou",
    ),
    "It may be a machine that writes, its last # messages are the same": Wording(
        es="Puede que escriba una máquina, sus últimos # mensajes son iguales",
        pt="Talvez seja uma máquina que escreve, suas últimas # mensagens são iguais",
    ),
    "It may be a machine that writes, its last # messages say # things": Wording(
        es="Puede que escriba una máquina, sus últimos # mensajes dicen # cosas",
        pt="Talvez seja uma máquina que escreve, suas últimas # mensagens dizem # coisas",
    ),
    "# messages in a row could not be understood": Wording(
        es="# mensajes seguidos que no se pudieron entender",
        pt="# mensagens seguidas que não puderam ser entendidas",
    ),
    "# attempts to answer ended without an answer": Wording(
        es="# intentos de responder acabaron sin respuesta",
        pt="# tentativas de responder terminaram sem resposta",
    ),
}


def told(reason: str, language: str) -> str:
    """Return *reason* in *language* (es, en, pt); one that is not known stays as it is."""
    kind, colon, rest = reason.partition(": ")
    words = _SAID.get(_NUMBER.sub("#", kind))
    said = getattr(words, language, "")
    if not said:
        return reason
    numbers = iter(_NUMBER.findall(kind))
    said = re.sub("#", lambda _: next(numbers), said)
    return f"{said}: {rest}" if colon else said
