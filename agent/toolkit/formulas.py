"""Formulas that staff write: arithmetic over named figures, in decimals, bounded every way.

Evaluated by simpleeval (https://pypi.org/project/simpleeval/) over a tree that was looked through
first: numbers, names, arithmetic, comparisons, `a if b else c` and six functions. Every figure is a
Decimal, never a float. What an enemy could write is bounded: how long and how deep a formula is,
how many steps it takes, and how large a figure becomes. Nothing in it can loop, so the number of
steps bounds the time.
"""

import ast
import decimal
import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

import simpleeval
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from agent.errors import Invalid

MOST_CHARACTERS = 400
MOST_STEPS = 120  # nodes of the tree
DEEPEST = 24
_LONG = re.compile(r"[\d._]{16}")  # a figure of more digits than a float keeps
LARGEST_POWER = 1_200
_CONTEXT = decimal.Context(
    prec=34,
    rounding=ROUND_HALF_UP,
    Emax=999,
    Emin=-999,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
_SHAPE = "This is no formula: {formula}. Use numbers, names, + - * / ** ( ) and round, min, max."
_TOO_MUCH = "The formula is too long or too deep. Divide it into two results."
_NO_FIGURE = "With those figures the formula gives no number. Look at divisions and powers."

_ALLOWED = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call),
    *(ast.Name, ast.Load, ast.Constant, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv),
    *(ast.Mod, ast.Pow, ast.USub, ast.UAdd, ast.And, ast.Or, ast.Not),
    *(ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq),
)


def rounded(value: Decimal, places: Decimal | int = 0) -> Decimal:
    """Return *value* to that many *places*, halves away from zero."""
    with decimal.localcontext(_CONTEXT):
        places = int(places)
        if not 0 <= places <= 12:
            raise Invalid(_NO_FIGURE)
        return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _power(base: Decimal, exponent: Decimal) -> Any:
    if abs(exponent) > LARGEST_POWER:
        raise Invalid(_NO_FIGURE)
    return base**exponent


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "round": rounded,
    "ceil": lambda value: Decimal(value).to_integral_value(ROUND_CEILING),
    "floor": lambda value: Decimal(value).to_integral_value(ROUND_FLOOR),
    "abs": abs,
    "min": min,
    "max": max,
}
# simpleeval's own + and * look at the lengths of texts, of which there are none here
OPERATORS = {
    **simpleeval.DEFAULT_OPERATORS,
    ast.Pow: _power,
    ast.Add: operator.add,
    ast.Mult: operator.mul,
}


class Formula(str):
    """A formula that was looked through; `names` are the figures it needs.

    Raises ValueError (a pydantic one where a spec is read) when it is none.
    """

    names: frozenset[str]
    _tree: ast.Expression

    def __new__(cls, text: str) -> "Formula":
        """Read *text*. Raises ValueError with a sentence for staff."""
        made = super().__new__(cls, text.strip())
        made._tree = _looked_through(str(made))
        called = {node.func for node in ast.walk(made._tree) if isinstance(node, ast.Call)}
        names = [n for n in ast.walk(made._tree) if isinstance(n, ast.Name) and n not in called]
        made.names = frozenset(node.id for node in names)
        return made

    def value(self, figures: Mapping[str, Decimal]) -> Decimal:
        """Return what it gives with *figures*; a condition gives 1 or 0. Raises Invalid."""
        engine = simpleeval.SimpleEval(OPERATORS, dict(FUNCTIONS), dict(figures))
        engine.nodes[ast.Constant] = _figure
        try:
            with decimal.localcontext(_CONTEXT):
                value = +Decimal(engine.eval(str(self), previously_parsed=self._tree.body))
        except (ArithmeticError, simpleeval.InvalidExpression, TypeError, ValueError) as error:
            raise Invalid(_NO_FIGURE) from error
        if not value.is_finite():
            raise Invalid(_NO_FIGURE)
        return value

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a formula wherever a spec has one; it is a plain text in JSON and YAML."""
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.str_schema(min_length=1, max_length=MOST_CHARACTERS),
            serialization=core_schema.plain_serializer_function_ser_schema(
                str.__str__, return_schema=core_schema.str_schema()
            ),
        )


def _figure(node: ast.Constant) -> Decimal:
    return Decimal(str(node.value))


def _looked_through(text: str) -> ast.Expression:
    if len(text) > MOST_CHARACTERS or _LONG.search(text):
        raise ValueError(_TOO_MUCH)
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(_SHAPE.format(formula=text[:80])) from None
    if len(list(ast.walk(tree))) > MOST_STEPS or _depth(tree) > DEEPEST:
        raise ValueError(_TOO_MUCH)
    if not all(map(_is_allowed, ast.walk(tree))):
        raise ValueError(_SHAPE.format(formula=text[:80]))
    return tree


def _depth(tree: ast.AST) -> int:
    deep, level = 0, [tree]
    while level:
        deep, level = deep + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    return deep


def _is_allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        figure = node.value
        is_plain = isinstance(figure, int | float) and not isinstance(figure, bool)
        return is_plain and math.isfinite(float(str(figure)))
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        return known and not node.keywords and 1 <= len(node.args) <= 8
    return isinstance(node, _ALLOWED)
