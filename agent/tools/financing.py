"""Monthly payments of a fixed-rate loan, by the annuity formula, exact to the cent.

payment = P * i / (1 - (1 + i) ** -n), with P the amount lent, i the monthly rate, n the months
(https://en.wikipedia.org/wiki/Amortization_calculator).
"""

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from agent.errors import Invalid
from agent.lookup import TurnContext
from agent.spec import Wording

ANNUAL_RATE = Decimal("10")  # percent
TERMS = (36, 48, 60, 72)
_CENT = Decimal("0.01")


def monthly_payment(lent: Decimal, annual_rate: Decimal, months: int) -> Decimal:
    """Return the payment of each month for *lent* at *annual_rate* percent, to the cent."""
    rate = annual_rate / 1200
    payment = lent * rate / (1 - (1 + rate) ** -months) if rate else lent / months
    return payment.quantize(_CENT, ROUND_HALF_UP)


def plans(
    price: Decimal, down_payment: Decimal, annual_rate: Decimal = ANNUAL_RATE, months: int = 0
) -> list[dict[str, str | int]]:
    """Return a plan for each term (for *months* alone when given). Raises Invalid."""
    if price <= 0:
        raise Invalid("The price must be above zero.")
    if not 0 < down_payment < price:
        raise Invalid("The down payment must be above zero and below the price. Ask for it.")
    if months and not TERMS[0] <= months <= TERMS[-1]:
        raise Invalid("Terms go from 36 to 72 months (3 to 6 years). Ask for one of those.")
    lent = price - down_payment
    return [_plan(lent, annual_rate, term) for term in ((months,) if months else TERMS)]


class LoanQuery(BaseModel):
    """What was said of the loan. In parentheses: how customers say it."""

    price: float = Field(0, description="the whole price (precio)")
    down_payment: float = Field(
        0,
        description="money paid at once, as an amount"
        " (enganche, anticipo, entrada, inicial, down, down payment, doy, daría, ahorrado)",
    )
    months: int = Field(0, description="the term in months; 0: every term")


_MISSING = {
    ("price", "down_payment"): Wording(
        es="Si me dice el precio y el enganche, le calculo la mensualidad.",
        en="Tell me the price and the down payment and I will work out the monthly one.",
    ),
    ("price",): Wording(
        es="¿Cuál es el precio? Con eso le calculo la mensualidad.",
        en="What is the price? Then I can work out the monthly payment.",
    ),
    ("down_payment",): Wording(
        es="¿Cuánto daría de enganche? Con eso le calculo la mensualidad.",
        en="How much would the down payment be? Then I can work out the monthly payment.",
    ),
}
_FINANCED = Wording(
    es="Con un precio de ${price} y un enganche de ${down} se financian ${lent} a una tasa "
    "fija anual de {rate} %:",
    en="With a price of ${price} and a down payment of ${down}, ${lent} is financed at a "
    "fixed rate of {rate} % a year:",
)
_FORMATS = {
    "months": Wording(es="{} meses", en="{} months"),
    "monthly": Wording(es="${} al mes", en="${} a month"),
    "total": Wording(es="${} en total", en="${} in all"),
}
_NOTE = Wording(
    es="Es un cálculo orientativo, sujeto a aprobación.",
    en="This is an estimate, subject to approval.",
)


def financing(
    runtime: ToolRuntime[TurnContext], price: float = 0, down_payment: float = 0, months: int = 0
) -> str:
    """Work out the monthly payment of a financed purchase (al mes, mensual, mensualidad, financiar,
    financiamiento, crédito, a meses, a plazos, monthly, per month, a month, financing,
    loan, instalment): fixed rate of 10 % a year, 36 to 72 months. Needs the price and
    the down payment as amounts of money; when the customer gave a percentage, work out the amount;
    ask for what is missing. Never work out payments yourself."""
    language, whole, down = runtime.context.language, _money(price), _money(down_payment)
    missing = tuple(name for name, said in (("price", whole), ("down_payment", down)) if not said)
    if missing:
        return _json(say=_MISSING[missing].in_language(language), missing=missing)
    rows = plans(whole, down, months=months)
    amounts = {"price": whole, "down": down, "lent": whole - down}
    facts = {name: f"{amount:,}".removesuffix(".00") for name, amount in amounts.items()}
    return _json(
        say=_FINANCED.in_language(language).format(**facts, rate=ANNUAL_RATE),
        rows=rows,
        named_by=["months"],
        formats={name: wording.in_language(language) for name, wording in _FORMATS.items()},
        note=_NOTE.in_language(language),
    )


def build() -> BaseTool:
    """Return the tool."""
    return StructuredTool.from_function(
        financing, description=financing.__doc__, args_schema=LoanQuery
    )


def _json(**found: Any) -> str:
    return json.dumps(found, ensure_ascii=False)


def _plan(lent: Decimal, annual_rate: Decimal, months: int) -> dict[str, str | int]:
    payment = monthly_payment(lent, annual_rate, months)
    return {"months": months, "monthly": str(payment), "total": str(payment * months)}


def _money(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(_CENT, ROUND_HALF_UP)
