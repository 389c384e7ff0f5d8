"""Monthly payments of a fixed-rate loan, by the annuity formula, exact to the cent.

payment = P * i / (1 - (1 + i) ** -n), with P the amount lent, i the monthly rate, n the months
(https://en.wikipedia.org/wiki/Amortization_calculator).
"""

import json
from decimal import ROUND_HALF_UP, Decimal

from langchain_core.tools import BaseTool, StructuredTool

from agent.errors import Invalid

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


def financing(price: float, down_payment: float, months: int = 0) -> str:
    """Work out the monthly payment of a financed purchase: fixed rate of 10 % a year, 36 to 72
    months. Needs the price and the down payment as amounts of money; when the customer gave a
    percentage, work out the amount. Leave `months` at 0 to get every term. Never work out
    payments yourself."""
    whole, down = _money(price), _money(down_payment)
    return json.dumps(
        {
            "price": str(whole),
            "down_payment": str(down),
            "financed": str(whole - down),
            "annual_rate_percent": str(ANNUAL_RATE),
            "plans": plans(whole, down, months=months),
            "note": "Estimate before approval.",
        }
    )


def build() -> BaseTool:
    """Return the tool."""
    return StructuredTool.from_function(financing)


def _plan(lent: Decimal, annual_rate: Decimal, months: int) -> dict[str, str | int]:
    payment = monthly_payment(lent, annual_rate, months)
    return {"months": months, "monthly": str(payment), "total": str(payment * months)}


def _money(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(_CENT, ROUND_HALF_UP)
