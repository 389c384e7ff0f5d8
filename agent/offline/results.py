"""What tools returned, in words a customer can read."""

import json
from typing import Any

from agent.offline.phrases import phrase
from agent.offline.reading import Result


def in_words(result: Result, language: str, arguments: dict[str, Any]) -> str:
    """Return the reply that a tool's result makes."""
    if result.failed:
        return phrase(language, "failed")
    try:
        found = json.loads(result.text)
    except json.JSONDecodeError:
        return phrase(language, "failed")
    if result.tool == "catalog":
        return _cars(found, language, arguments)
    return _loan(found, language)


def _loan(found: dict[str, Any], language: str) -> str:
    head = phrase(
        language,
        "loan",
        price=_money(found["price"]),
        down=_money(found["down_payment"]),
        lent=_money(found["financed"]),
        rate=found["annual_rate_percent"],
    )
    lines = [
        phrase(language, "loan_line", months=plan["months"], monthly=_money(plan["monthly"]))
        for plan in found["plans"]
    ]
    return "\n".join([head, *lines, phrase(language, "loan_note")])


def _cars(found: dict[str, Any], language: str, asked: dict[str, Any]) -> str:
    if found["unknown"]:
        return "\n".join(_unknown(item, language) for item in found["unknown"])
    cars = found["cars"] or found["near"]
    if not cars:
        return phrase(language, "no_cars")
    head = _head(found, language, asked)
    source = phrase(language, "source", place=found["source"])
    return "\n".join([head, *(_car(car, language) for car in cars), source])


def _head(found: dict[str, Any], language: str, asked: dict[str, Any]) -> str:
    matches, shown = found["matches"], len(found["cars"])
    if not matches:
        return f"{phrase(language, 'no_cars')} {phrase(language, 'near')}"
    if matches == 1:
        return phrase(language, "one_car")
    if matches == shown:
        return phrase(language, "cars", matches=matches)
    order = phrase(language, str(asked.get("order", "price")))
    key = "more_cars" if asked.keys() - {"order"} else "all_cars"
    return phrase(language, key, matches=matches, shown=shown, order=order)


def _unknown(item: dict[str, Any], language: str) -> str:
    there_are = ", ".join(item["there_are"])
    return phrase(language, "unknown", asked=item["asked"], there_are=there_are)


def _car(car: dict[str, Any], language: str) -> str:
    name = " ".join(car[key] for key in ("marca", "modelo", "version", "anio") if key in car)
    driven = (
        f"{_grouped(car['kilometraje'])} {phrase(language, 'km')}" if "kilometraje" in car else ""
    )
    place = ", ".join(car[key] for key in ("ciudad", "sucursal") if key in car)
    more = [car.get("transmision", ""), car.get("color", ""), place]
    facts = ", ".join(fact for fact in [_money(car["precio"]), driven, *more] if fact)
    return f"- {name}: {facts} [{car['n']}]"


def _money(text: str) -> str:
    return f"${_grouped(text)}"


def _grouped(text: str) -> str:
    """`245000` -> `245,000`; cents only when there are any."""
    try:
        value = float(text.replace(",", "").replace("$", ""))
    except ValueError:
        return text
    return f"{value:,.2f}".removesuffix(".00")
