"""What needs no looking up: small talk, and the wish for a human being."""

import re
from typing import Literal

from agent.guardrails.checks import folded
from agent.offline.words import stems

Talk = Literal["greeting", "thanks", "bye", "yes", "identity", ""]

_TALK: list[tuple[Talk, str]] = [
    (
        "identity",
        r"quien eres|como te llamas|con quien hablo|eres un (robot|bot|humano)|eres una? "
        r"(persona|maquina|ia)|who are you|your name|are you (a|an) (bot|robot|human|real|ai)|"
        r"quem e voce|voce e um (robo|bot|humano)",
    ),
    ("thanks", r"^(muchas |mil )?gracias|^thank|^thanks|^te lo agradezco|^se agradece|^obrigad"),
    ("bye", r"^(adios|hasta luego|hasta pronto|nos vemos|bye|goodbye|see you|chao|chau|tchau)\b"),
    (
        "greeting",
        r"^(hola|buenas|buenos dias|buen dia|que tal|hi|hello|hey|good (morning|afternoon|evening)|"
        r"ola|oi|bom dia|boa (tarde|noite))\b",
    ),
    (
        "yes",
        r"^(ok|okay|vale|perfecto|entendido|de acuerdo|listo|si|no|claro|genial|great|sure|"
        r"perfect|alright|super|excelente|sim|nao)( |$)",
    ),
]
_TALK_WORDS = re.compile(
    r"\b(hola|buenas|buenos|dias|tardes|noches|buen|dia|que tal|hi|hello|hey|good|morning|"
    r"afternoon|evening|muchas|mil|gracias|thank you|thanks|adios|hasta|luego|pronto|nos vemos|"
    r"bye|goodbye|ok|okay|vale|perfecto|entendido|acuerdo|listo|claro|genial|great|sure|perfect|"
    r"excelente|super|muy amable|amable|ayuda|todo|very|much|agradezco|agradece|there|estas|esta|"
    r"see|alright|chao|chau|no|si|ola|oi|bom|boa|tarde|noite|obrigad[oa]|muito|tchau|sim|nao)\b"
)
_PERSON = re.compile(
    r"\b(hablar|comunic\w*|pas\w*|contact\w*|llam\w*|atienda|quiero|talk|speak|call|need|want|"
    r"falar)\b.*\b(persona|humano|asesora?|agente|alguien|vendedora?|ejecutiv\w|person|human|agent|"
    r"someone|somebody|representative|advisor|pessoa|atendente)\b"
)
_HELLO = ("hola", "buenas", "buenos d", "hello", "hi ", "hi,", "good morning", "ola ", "oi ")


def talk_in(question: str) -> Talk:
    """Return what kind of small talk *question* is; nothing when it asks for something."""
    text = folded(question)
    kind: Talk = next((kind for kind, pattern in _TALK if re.search(pattern, text)), "")
    if kind == "identity" or (kind and not stems(_TALK_WORDS.sub(" ", text))):
        return kind
    return ""


def is_greeting(question: str) -> bool:
    """True when *question* greets, whatever else it says."""
    return talk_in(question) == "greeting" or question.lower().lstrip("¡ ").startswith(_HELLO)


def wants_person(question: str) -> bool:
    """True when *question* asks for a human being."""
    return bool(_PERSON.search(folded(question)))
