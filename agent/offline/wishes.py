"""What a customer's sentence asks for: small talk, a person, cars, a payment, or knowledge."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from agent.guard import folded
from agent.offline.amounts import Amount, amounts
from agent.offline.cars import brand_and_model, city_in
from agent.offline.words import stems

Talk = Literal["greeting", "thanks", "bye", "yes", "identity", ""]

_TALK: list[tuple[Talk, str]] = [
    ("identity", r"quien eres|como te llamas|con quien hablo|eres un (robot|bot|humano)|eres una? "
     r"(persona|maquina|ia)|who are you|your name|are you (a|an) (bot|robot|human|real|ai)"),
    ("thanks", r"^(muchas |mil )?gracias|^thank|^thanks|^te lo agradezco|^se agradece"),
    ("bye", r"^(adios|hasta luego|hasta pronto|nos vemos|bye|goodbye|see you|chao|chau)\b"),
    ("greeting", r"^(hola|buenas|buenos dias|buen dia|que tal|hi|hello|hey|good (morning|"
     r"afternoon|evening))\b"),
    ("yes", r"^(ok|okay|vale|perfecto|entendido|de acuerdo|listo|si|no|claro|genial|great|sure|"
     r"perfect|alright|super|excelente)( |$)"),
]  # fmt: skip
_PERSON = re.compile(
    r"\b(hablar|comunic\w*|pas\w*|contact\w*|llam\w*|atienda|quiero|talk|speak|call|need|want)\b.*"
    r"\b(persona|humano|asesora?|agente|alguien|vendedora?|ejecutiv\w|person|human|agent|someone|"
    r"somebody|representative|advisor)\b"
)
_MONTHLY = re.compile(r"al mes|mensual|monthly|per month|a month")
_LOAN = re.compile(
    rf"{_MONTHLY.pattern}|financ|credito|enganche|a meses|a plazos|instal|\bloan\b|down payment"
)
_DOWN = re.compile(r"enganche|anticipo|entrada|inicial|down|de mano|doy|dar[ií]a|tengo ahorrad")
_CARS = re.compile(
    r"\b(autos?|carros?|coches?|camionetas?|suvs?|sedan(es)?|hatchbacks?|pick ?ups?|vehiculos?|"
    r"catalogo|inventario|cars?|vehicles?|trucks?|seminuevos?)\b"
)
_SHOPPING = re.compile(
    r"\b(busco|buscando|quiero (un|una|comprar)|me interesa|tienen|tienes|hay|disponibles?|ofrecen|"
    r"muestr\w+|ensen\w+|opciones|recomi\w+|catalogo|inventario|vende[ns]?|looking for|do you have|"
    r"show me|available|any|options|want a|barat\w+|economic\w+|cheap\w*)\b"
)
_OTHER_TOPIC = re.compile(
    r"garantia|warrant|sucursal|branch|horario|devol|devuel|return|refund|document|papeles|requisit|"
    r"mantenimiento|seguro|insurance|inspecc|vender mi|vendo mi|sell my|prueba de manejo|test drive"
)
_MOST = re.compile(
    r"(menos|hasta|maxim\w|debajo|inferior|menor|tope|presupuesto|no mas|under|below|up to|less|"
    r"max\w*|budget|cheaper|entre|between|de|from)[^\d$]{0,22}$"
)
_LEAST = re.compile(
    r"(mas de|desde|arriba de|superior|mayor|minim\w|a partir|over|above|more than|at least|from|"
    r"despues de|newer than|since)[^\d$]{0,14}$"
)
_NOT_MORE = re.compile(r"no mas de[^\d$]{0,14}$")


def talk_in(question: str) -> Talk:
    """Return what kind of small talk *question* is; nothing when it asks for something."""
    text = folded(question)
    kind: Talk = next((kind for kind, pattern in _TALK if re.search(pattern, text)), "")
    if kind == "identity" or (kind and not stems(re.sub(_TALK_WORDS, " ", text))):
        return kind
    return ""


_TALK_WORDS = re.compile(
    r"\b(hola|buenas|buenos|dias|tardes|noches|buen|dia|que tal|hi|hello|hey|good|morning|"
    r"afternoon|evening|muchas|mil|gracias|thank you|thanks|adios|hasta|luego|pronto|nos vemos|"
    r"bye|goodbye|ok|okay|vale|perfecto|entendido|acuerdo|listo|claro|genial|great|sure|perfect|"
    r"excelente|super|muy amable|amable|ayuda|todo|very|much|agradezco|agradece|there|estas|esta|"
    r"see|alright|chao|chau|no|si)\b"
)


def wants_person(question: str) -> bool:
    """True when *question* asks for a human being."""
    return bool(_PERSON.search(folded(question)))


def is_about_loans(question: str) -> bool:
    """True when *question* is about paying by the month."""
    return bool(_LOAN.search(folded(question)))


def loan_asked(question: str, earlier: Sequence[str]) -> dict[str, Any]:
    """Return the loan's `price`, `down_payment` and `months`, as far as they were said."""
    asked = _loan(amounts(question))
    for text in reversed(earlier[-4:]):
        if {"price", "down_payment"} <= asked.keys():
            break
        before = _loan(amounts(text)) if is_about_loans(text) or "price" not in asked else {}
        if (
            "down_payment" not in asked
            and "price" in asked
            and asked["price"] < before.get("price", 0)
        ):
            asked["down_payment"] = asked.pop("price")  # the answer to "how much down?"
        asked = before | asked
    if "down_percent" in asked and "price" in asked:
        asked["down_payment"] = round(asked["price"] * asked["down_percent"] / 100, 2)
    asked.pop("down_percent", None)
    return asked


def _loan(said: Sequence[Amount]) -> dict[str, Any]:
    loan: dict[str, Any] = {}
    for amount in said:
        near_down = _DOWN.search(amount.after[:16]) or _DOWN.search(amount.before[-16:])
        if amount.unit == "months":
            loan["months"] = int(amount.value)
        elif amount.unit == "years" and amount.value <= 10:
            loan["months"] = int(amount.value * 12)
        elif amount.unit == "percent" and near_down:
            loan["down_percent"] = amount.value
        elif amount.unit == "money" and near_down and "down_payment" not in loan:
            loan["down_payment"] = amount.value
        elif amount.unit == "money":
            loan.setdefault("price", amount.value)
    return loan


def cars_asked(question: str) -> dict[str, Any] | None:
    """Return the filters of a catalogue search, or None when *question* is not one."""
    text = folded(question)
    named = brand_and_model(text)
    if _OTHER_TOPIC.search(text) or (is_about_loans(text) and not _loan_needs_car(question, named)):
        return None
    filters: dict[str, Any] = named | _bounds(question)
    noun = bool(_CARS.search(text))
    if not (named or (noun and (filters or _SHOPPING.search(text)))):
        return None
    if city := city_in(text):
        filters["city"] = city
    for word, value in (("automatic", "automática"), ("manual", "manual"), ("estandar", "manual")):
        if word in text:
            filters["transmission"] = value
    if re.search(r"mas nuev|mas recient|newest", text):
        filters["order"] = "newest"
    if re.search(r"menos (km|kilomet)|menor kilomet|least (km|mil)|lowest mileage", text):
        filters["order"] = "mileage"
    return filters


def _loan_needs_car(question: str, named: dict[str, str]) -> bool:
    """True when a car is looked for, or a month's payment of one whose price was not said."""
    text = folded(question)
    has_amount = _loan(amounts(question)).keys() - {"months"}
    return bool(_SHOPPING.search(text) or (named and _MONTHLY.search(text) and not has_amount))


def _bounds(question: str) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    for amount in amounts(question):
        before = folded(amount.before)
        least = bool(_LEAST.search(before)) and not _NOT_MORE.search(before)
        if amount.unit == "km":
            bounds["km_max"] = amount.value
        elif amount.unit == "year":
            bounds |= _years(int(amount.value), amount, least)
        elif amount.unit == "money" or (
            amount.unit == "none" and amount.value >= 30 and _MOST.search(before)
        ):
            bounds |= _prices(amount, least or _opens_range(amount), bounds)
    return bounds


def _years(year: int, amount: Amount, least: bool) -> dict[str, Any]:
    onward = least or re.match(
        r"\s*(en adelante|o m[aá]s|para arriba|and newer|or newer|onward)", amount.after
    )
    return {"year_min": year} if onward else {"year_min": year, "year_max": year}


def _opens_range(amount: Amount) -> bool:
    """entre 150 y 200, de 200 a 300"""
    opened = re.search(r"\b(entre|between|de|from)\s*\$?\s*$", amount.before)
    return bool(opened and re.match(r"\s*(y|a|and|to|-)\s*\$?\d", amount.after))


def _prices(amount: Amount, least: bool, bounds: dict[str, Any]) -> dict[str, Any]:
    value = amount.value
    price = value if value >= 2_000 else value * 1_000  # "menos de 200" is 200 thousand
    if "price_min" in bounds and "price_max" not in bounds:
        return {"price_max": price}
    return {"price_min": price} if least else {"price_max": price}
