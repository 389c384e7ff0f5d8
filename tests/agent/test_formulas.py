"""Formulas of staff: exact in decimals, and harmless whoever wrote them."""

import contextlib
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Invalid
from agent.toolkit.formulas import Formula, rounded

FIGURES = {"a": Decimal("0.1"), "b": Decimal("0.2"), "n": Decimal(60)}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a + b", "0.3"),
        ("0.1 + 0.2", "0.3"),
        ("n * 1.16", "69.60"),
        ("round((1 + 10 / 1200) ** 12, 12)", "1.104713067441"),
        ("round(a * n / 7, 2)", "0.86"),
        ("ceil(n / 7) + floor(-0.5)", "8"),
        ("min(n, 12) + max(a, b)", "12.2"),
        ("100 if n >= 60 else 0", "100"),
        ("n > 5 and n < 61", "1"),
        ("n // 7 + n % 7", "12"),
    ],
)
def test_formulas_are_exact(formula: str, value: str) -> None:
    assert Formula(formula).value(FIGURES) == Decimal(value)


def test_halves_are_rounded_up() -> None:
    assert [rounded(Decimal(half), 2) for half in ("0.125", "-0.125")] == [
        Decimal("0.13"),
        Decimal("-0.13"),
    ]


def test_a_formula_names_the_figures_it_needs() -> None:
    assert Formula("max(price - down, 0) * rate").names == {"price", "down", "rate"}


@pytest.mark.parametrize(
    "formula",
    [
        *("", "a +", "a; b", "a = 1", "lambda: 1", "[a for a in b]", "{1: 2}", "'a' * 9", "b'a'"),
        *("a.real", "a.__class__", "a[0]", "__import__('os')", "open('x')", "f'{a}'", "a := 1"),
        *(
            "round(a, places=2)",
            "round(*a)",
            "max()",
            "print(a)",
            "min.real",
            "1j",
            "1e999",
            "True",
        ),
        *("None", "...", "not_a_function(a)", "a @ b", "a << n", "a | b", "~n", "a in b", "a is b"),
        *("await a", "(yield)", "a if b", "0.12345678901234567890", "9" * 40),
        "a" + "+a" * 300,
        "-" * 60 + "1",
        "(" * 150 + "1" + ")" * 150 + "+" + "1" * 200,
        "1" + "+1" * 150,
    ],
)
def test_nothing_but_arithmetic_is_a_formula(formula: str) -> None:
    with pytest.raises(ValueError, match=r"Use numbers|Divide it"):
        Formula(formula)


@pytest.mark.parametrize(
    "formula",
    [
        *("1 / 0", "n / (a - a)", "0 ** -1", "n % 0", "n // 0", "(-8) ** 0.5", "0 ** 0 / 0"),
        *(
            "9 ** 9 ** 9",
            "9 ** 1201",
            "n ** 1200 ** 2",
            "2 ** 99999999",
            "(9 ** 1000) * (9 ** 1000)",
        ),
        *("round(a, 99)", "round(a, -1)", "1e300 * 1e300 * 1e300 * 1e300", "round(9 ** 300, 2)"),
        "unknown + 1",
    ],
)
def test_a_formula_that_gives_no_number_says_so_at_once(formula: str) -> None:
    started = time.process_time()
    with pytest.raises(Invalid):
        Formula(formula).value(FIGURES)
    assert time.process_time() - started < 1


@given(st.text(alphabet="ab1290.+-*/%()<>=, minaxroudcelf!'\"[]_:", max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        value = Formula(text).value(FIGURES)
    except (ValueError, Invalid):
        return
    assert value.is_finite()


@given(
    st.recursive(
        st.sampled_from(["a", "n", "99999", "0.5"]),
        lambda inner: st.one_of(
            st.builds("({} ** {})".format, inner, inner),
            st.builds("({} * {})".format, inner, inner),
            st.builds("round({}, {})".format, inner, inner),
        ),
        max_leaves=14,
    )
)
def test_no_formula_takes_long(formula: str) -> None:
    started = time.process_time()
    with contextlib.suppress(ValueError, Invalid):
        Formula(formula).value(FIGURES)
    assert time.process_time() - started < 1
