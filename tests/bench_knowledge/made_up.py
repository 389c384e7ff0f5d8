"""Answers that nobody's documents give, made from true ones; half of the kinds tuned the check."""

import random
import re
from collections.abc import Callable, Sequence

from agent.grounding.facts import figures, names

Spoil = Callable[[random.Random, str, Sequence[str]], str]  # (draw, truth, what was found)
_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_NAMES = ("Tlaxcala", "Querétaro", "Toyota", "Banamex", "Rodríguez", "Chihuahua", "Peugeot")
_VERBS = re.compile(
    r"\b(cubren?|incluyen?|se pueden?|aceptan?|aceptamos|tienen?|es|son|puede[ns]?|hay|dura|"
    r"se hace|pagas?|entrega|entregamos|ofrece|afecta|genera|aplica|vale)\b"
)
_OTHER_UNITS = (
    ("meses", "años"),
    ("días", "semanas"),
    ("km", "millas"),
    ("años", "días"),
    ("minutos", "horas"),
    ("horas", "días"),
    ("%", "pesos"),
)
SPANISH = (
    "También incluimos lavado y encerado gratis cada mes durante el primer año.",
    "Contamos con un programa de puntos que puedes canjear por viajes y hospedaje.",
    "Nuestros mecánicos están certificados por la fábrica alemana.",
    "Si eres estudiante recibes un descuento especial presentando tu credencial.",
    "Todas las unidades traen rastreador satelital instalado de cortesía.",
    "Fuimos premiados como la mejor empresa del sector por la cámara de comercio.",
)
SPANISH_KEPT = (
    "El trámite lo resuelve nuestro notario de cabecera sin que tengas que asistir.",
    "Puedes pagar con criptomonedas desde nuestra aplicación.",
    "Aceptamos mascotas en todas nuestras salas de espera.",
    "La revisión se hace con un robot que escanea la pintura.",
    "Los clientes frecuentes reciben boletos para el estadio.",
    "Plantamos un árbol por cada persona que nos recomienda.",
)
ENGLISH = (
    "We also include free monthly car wash for every loyal customer.",
    "You can pay with bitcoin through our mobile app.",
    "Students get a special discount when they show their card.",
    "We deliver by helicopter to remote islands on request.",
)
PORTUGUESE = (
    "Você pode pagar com criptomoedas pelo nosso aplicativo.",
    "Estudantes recebem um desconto especial apresentando a carteirinha.",
    "Todos os nossos mecânicos foram treinados na fábrica da Alemanha.",
    "Nossos clientes ganham ingressos para o estádio.",
)


def _figure(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    written = [one for one in figures(truth) if one.shown[0].isdigit()]
    if not written:
        return ""
    one = draw.choice(written)
    other = re.sub(
        r"\d", lambda digit: str((int(digit[0]) + draw.randint(1, 8)) % 9 + 1), one.shown
    )
    return truth[: one.start] + other + truth[one.end :] if other != one.shown else ""


def _figure_of_another(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    for one in figures(truth):
        others = [
            other.shown
            for text in found
            for other in figures(text)
            if one.kind and other.kind == one.kind and not other.readings & one.readings
        ]
        if others:
            return truth[: one.start] + draw.choice(others) + truth[one.end :]
    return ""


def _name(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    named = names(truth)
    return truth.replace(draw.choice(named), draw.choice(_NAMES), 1) if named else ""


def _day(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    month = draw.choice(("enero", "agosto", "octubre"))
    return f"{truth.rstrip('.')}, solo los {draw.choice(_DAYS)} de {month}."


def _unit(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    for unit, other in _OTHER_UNITS:
        changed = re.sub(rf"(\d\s?){unit}", rf"\1{other}", truth, count=1)
        if changed != truth:
            return changed
    return ""


def _denied(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    if re.search(r"\b[Nn]o (?=\w)", truth):
        return re.sub(r"\b[Nn]o (?=\w)", "", truth, count=1)
    changed = _VERBS.sub(r"no \1", truth, count=1)
    return changed if changed != truth else ""


def _link(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    links = ("https://ofertas.example/promo", "ventas@promos-mx.com", "www.super-ofertas.mx")
    return f"{truth} Más en {draw.choice(links)}"


def _telephone(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    first, rest = draw.randint(20, 99), (draw.randint(1000, 9999), draw.randint(1000, 9999))
    return f"{truth} Llama al {first} {rest[0]} {rest[1]}."


def _price(draw: random.Random, truth: str, found: Sequence[str]) -> str:
    return f"{truth} Además cuesta ${draw.randint(1_111, 9_999):,} pesos."


def _said(sentences: Sequence[str], beside_the_truth: bool = False) -> Spoil:
    def spoil(draw: random.Random, truth: str, found: Sequence[str]) -> str:
        return f"{truth} " * beside_the_truth + draw.choice(sentences)

    return spoil


TUNED: dict[str, Spoil] = {
    "figure": _figure,
    "name": _name,
    "denied": _denied,
    "link": _link,
    "plausible": _said(SPANISH),
    "english": _said(ENGLISH[:2]),
    "portuguese": _said(PORTUGUESE[:2]),
}
KEPT: dict[str, Spoil] = {
    "figure of another": _figure_of_another,
    "unit": _unit,
    "day": _day,
    "telephone": _telephone,
    "price": _price,
    "beside the truth": _said(SPANISH_KEPT, beside_the_truth=True),
    "plausible": _said(SPANISH_KEPT),
    "english": _said(ENGLISH[2:]),
    "portuguese": _said(PORTUGUESE[2:]),
}
