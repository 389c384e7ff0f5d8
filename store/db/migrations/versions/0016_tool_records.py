"""Tools are records: what two named tools did becomes a table and a calculator of each spec"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

CATALOG: dict[str, Any] = {
    "kind": "table",
    "name": "catalog",
    "when": "Search the catalogue of cars for sale. Use it whenever the customer asks which "
    "there are, for one make or model, or within a price, year, mileage or city.",
    "said_as": [
        "auto",
        "carro",
        "coche",
        "camioneta",
        "vehículo",
        "seminuevo",
        "catálogo",
        "inventario",
        "sedanes",
        "suv",
        "hatchback",
        "pick up",
        "car",
        "cars",
        "vehicles",
        "trucks",
    ],
    "columns": [
        {
            "heading": "marca",
            "label": {"es": "marca", "en": "make", "pt": "marca"},
            "type": "text",
            "said_as": ["brand", "make"],
            "names_row": True,
        },
        {
            "heading": "modelo",
            "label": {"es": "modelo", "en": "model", "pt": "modelo"},
            "type": "text",
            "said_as": ["model"],
            "names_row": True,
        },
        {
            "heading": "version",
            "label": {"es": "versión", "en": "version", "pt": "versão"},
            "type": "text",
            "names_row": True,
        },
        {
            "heading": "anio",
            "label": {"es": "año", "en": "year", "pt": "ano"},
            "type": "number",
            "said_as": ["año", "year", "model year"],
            "names_row": True,
        },
        {
            "heading": "precio",
            "label": {"es": "precio", "en": "price", "pt": "preço"},
            "type": "money",
            "unit": "$",
            "said_as": ["presupuesto", "price", "budget"],
        },
        {
            "heading": "kilometraje",
            "label": {"es": "kilometraje", "en": "mileage", "pt": "quilometragem"},
            "type": "number",
            "unit": "km",
            "said_as": ["kilómetros", "km", "mileage"],
        },
        {
            "heading": "transmision",
            "label": {"es": "transmisión", "en": "gearbox", "pt": "câmbio"},
            "type": "text",
            "said_as": ["caja", "transmission"],
        },
        {
            "heading": "combustible",
            "label": {"es": "combustible", "en": "fuel", "pt": "combustível"},
            "type": "text",
            "said_as": ["fuel"],
        },
        {
            "heading": "color",
            "label": {"es": "color", "en": "colour", "pt": "cor"},
            "type": "text",
            "said_as": ["colour"],
        },
        {
            "heading": "ciudad",
            "label": {"es": "ciudad", "en": "city", "pt": "cidade"},
            "type": "text",
            "said_as": ["city"],
        },
        {
            "heading": "sucursal",
            "label": {"es": "sucursal", "en": "branch", "pt": "filial"},
            "type": "text",
        },
        {"heading": "id", "label": {"es": "clave", "en": "id", "pt": "código"}, "type": "text"},
    ],
}
FINANCING: dict[str, Any] = {
    "kind": "calculator",
    "name": "financing",
    "when": "Work out the monthly payment of a financed purchase: fixed rate of 10 % a "
    "year, 36 to 72 months. Needs the price and the down payment as amounts of "
    "money; when the customer gave a percentage, work out the amount.",
    "said_as": [
        "al mes",
        "mensual",
        "mensualidad",
        "mensualidades",
        "financiar",
        "financiamiento",
        "crédito",
        "a meses",
        "a plazos",
        "por mês",
        "ao mês",
        "mensalidade",
        "parcela",
        "parcelas",
        "financiamento",
        "monthly",
        "per month",
        "a month",
        "financing",
        "loan",
        "instalment",
    ],
    "inputs": [
        {
            "name": "price",
            "label": {"es": "el precio", "en": "the price", "pt": "o preço"},
            "type": "money",
            "said_as": ["precio", "cuesta", "vale", "price", "costs", "preço", "custa"],
            "question": {
                "es": "¿Cuál es el precio? Con eso le calculo la mensualidad.",
                "en": "What is the price? Then I can work out the monthly payment.",
                "pt": "Qual é o preço? Com isso calculo a mensalidade.",
            },
            "least": 1,
        },
        {
            "name": "down_payment",
            "label": {"es": "el enganche", "en": "the down payment", "pt": "a entrada"},
            "type": "money",
            "said_as": [
                "enganche",
                "anticipo",
                "entrada",
                "inicial",
                "down",
                "down payment",
                "doy",
                "daría",
                "ahorrado",
                "dou",
            ],
            "question": {
                "es": "¿Cuánto daría de enganche? Con eso le calculo la mensualidad.",
                "en": "How much would the down payment be? Then I can work out "
                "the monthly payment.",
                "pt": "Quanto daria de entrada? Com isso calculo a mensalidade.",
            },
            "least": 1,
        },
        {
            "name": "months",
            "label": {"es": "el plazo", "en": "the term", "pt": "o prazo"},
            "type": "whole",
            "unit": {"es": "meses", "en": "months", "pt": "meses"},
            "said_as": ["plazo", "term", "prazo"],
            "least": 36,
            "most": 72,
            "offered": [36, 48, 60, 72],
        },
    ],
    "checks": [
        {
            "must": "down_payment < price",
            "sentence": {
                "es": "El enganche tiene que ser menor que el precio. ¿Cuánto daría?",
                "en": "The down payment must be below the price. How much would it be?",
                "pt": "A entrada tem de ser menor que o preço. Quanto daria?",
            },
        }
    ],
    "results": [
        {"name": "lent", "formula": "price - down_payment"},
        {"name": "monthly", "formula": "lent * (10 / 1200) / (1 - (1 + 10 / 1200) ** -months)"},
        {"name": "total", "formula": "monthly * months"},
    ],
    "sentence": {
        "es": "Con un precio de ${price} y un enganche de ${down_payment} se "
        "financian ${lent} a una tasa fija anual de 10 %:",
        "en": "With a price of ${price} and a down payment of ${down_payment}, "
        "${lent} is financed at a fixed rate of 10 % a year:",
        "pt": "Com um preço de ${price} e uma entrada de ${down_payment}, "
        "financiam-se ${lent} a uma taxa fixa anual de 10 %:",
    },
    "line": {
        "es": "{months} meses: ${monthly} al mes, ${total} en total",
        "en": "{months} months: ${monthly} a month, ${total} in all",
        "pt": "{months} meses: ${monthly} por mês, ${total} no total",
    },
    "note": {
        "es": "Es un cálculo orientativo, sujeto a aprobación.",
        "en": "This is an estimate, subject to approval.",
        "pt": "É um cálculo indicativo, sujeito a aprovação.",
    },
    "examples": [
        {
            "given": {"price": 250000, "down_payment": 50000, "months": 36},
            "gives": {"lent": 200000, "monthly": "6453.44"},
        },
        {
            "given": {"price": 250000, "down_payment": 50000, "months": 72},
            "gives": {"lent": 200000, "monthly": "3705.17"},
        },
    ],
}
RECORDS = {"catalog": CATALOG, "financing": FINANCING}
AT_ONCE = 200  # rows


def upgrade() -> None:
    """Apply."""
    for table, column in (("agents", "draft"), ("versions", "spec")):
        _rewrite(sa.table(table, sa.column("id", sa.String), sa.column(column, sa.JSON)), column)


def _rewrite(table: sa.TableClause, column: str) -> None:
    bind, last = op.get_bind(), ""
    while True:
        asked = sa.select(table.c.id, table.c[column]).where(table.c.id > last)
        rows = bind.execute(asked.order_by(table.c.id).limit(AT_ONCE)).all()
        if not rows:
            return
        for row_id, spec in rows:
            _write(bind, table, column, row_id, spec)
        last = rows[-1][0]


def _write(bind: sa.Connection, table: sa.TableClause, column: str, row_id: str, spec: Any) -> None:
    tools = spec.get("tools") if isinstance(spec, dict) else None
    if isinstance(tools, list) and any(isinstance(tool, str) for tool in tools):
        changed = spec | {"tools": [_record(tool) for tool in tools]}
        bind.execute(table.update().where(table.c.id == row_id).values({column: changed}))


def _record(tool: Any) -> Any:
    return RECORDS.get(tool, {"kind": tool}) if isinstance(tool, str) else tool
