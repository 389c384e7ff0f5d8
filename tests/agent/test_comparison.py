"""Comparison by scipy, against scipy itself and examples that were published."""

import subprocess
import sys

import numpy
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.agreement import agreement, all_pass
from agent.comparison import Comparison, compare, holm, interval, mcnemar, together, wilcoxon

# Darwin's plants, crossed less self-fertilised, in eighths of an inch (scipy's own example).
PLANTS = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]


def went(passed: str) -> dict[str, list[float]]:
    """`1011`: the cases in their order, passed or not."""
    return {str(place): [float(one)] for place, one in enumerate(passed)}


def test_a_manager_reads_what_changed_and_that_it_is_no_accident() -> None:
    found = compare("passed", went("0" * 14 + "1" * 86), went("1" * 14 + "00" + "1" * 84))
    assert (found.better, found.worse, found.same) == (14, 2, 84)
    assert found.verdict == "better"
    told = "Better in 14, worse in 2, the same in 84; this is no accident."
    assert found.sentence("en") == told
    assert found.sentence("es") == "Mejor en 14, peor en 2, igual en 84; no es casualidad."
    assert found.p == scipy.stats.binomtest(14, 16, 0.5).pvalue
    assert (found.old, found.new, found.test) == (0.86, 0.98, "mcnemar")
    assert found.low < found.difference < found.high


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("", "", "too_few"),
        ("00000", "11111", "too_few"),
        ("000000", "111111", "better"),
        ("111111", "000000", "worse"),
        ("1010101", "1010101", "same"),
        ("0000011111", "1111111111", "accident"),  # five that differ can always be an accident
        ("0" * 10 + "1" * 10, "1" * 20, "better"),
    ],
)
def test_what_can_be_said_of_it(old: str, new: str, verdict: str) -> None:
    found = compare("passed", went(old), went(new))
    assert found.verdict == verdict
    for language in ("es", "en", "pt"):
        assert found.sentence(language).endswith(".")


def test_less_is_better_for_what_costs() -> None:
    old = {str(number): [0.02 + number / 1000] for number in range(9)}
    new = {case: [value[0] / 2] for case, value in old.items()}
    found = compare("cost", old, new, less_is_better=True)
    assert (found.better, found.verdict, found.test) == (9, "better", "wilcoxon")
    assert found.difference < 0
    assert found.high < 0


def test_a_case_asked_several_times_counts_once() -> None:
    old = {str(number): [1.0, 0.0, 0.0, 1.0] for number in range(8)}
    new = {str(number): [1.0, 1.0, 0.0, 1.0] for number in range(8)}
    found = compare("passed", old, new)
    assert (found.pairs, found.better, found.old, found.new) == (8, 8, 0.5, 0.75)
    assert found.test == "wilcoxon"
    assert found.p == scipy.stats.wilcoxon([0.25] * 8).pvalue


def test_a_case_that_one_of_both_did_not_answer_is_left_out() -> None:
    found = compare("passed", {**went("11"), "x": []}, {**went("10"), "y": [1.0]})
    assert (found.pairs, found.worse, found.left_out) == (2, 1, 2)


# --- against what was published


def test_mcnemar_is_the_exact_test() -> None:
    # Approval of a first minister, 1600 people asked twice (Agresti, Categorical Data Analysis,
    # table 10.1): 150 and 86 changed their minds.
    assert mcnemar(150, 86) == pytest.approx(3.7e-5, rel=0.02)
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 0) == 0.0625
    assert mcnemar(6, 0) == 0.03125


def test_wilcoxon_of_darwins_plants() -> None:
    assert wilcoxon(PLANTS) == pytest.approx(0.041259765625)
    assert wilcoxon([0, 0, *PLANTS, 0]) == wilcoxon(PLANTS)
    assert wilcoxon([0, 0]) == 1.0


def test_the_interval_is_scipys_bootstrap() -> None:
    low, high = interval(PLANTS)
    theirs = scipy.stats.bootstrap(
        (PLANTS,), numpy.mean, n_resamples=1_999, rng=numpy.random.default_rng(20_260_101)
    ).confidence_interval
    assert (low, high) == (theirs.low, theirs.high)
    assert interval([0.5, 0.5]) == (0.5, 0.5)
    assert interval(PLANTS) == (low, high)


def test_holm_of_a_textbook() -> None:
    # Four tests (R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")).
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_what_is_compared_at_once_is_corrected_together() -> None:
    one = compare("passed", went("0" * 6 + "1" * 6), went("1" * 12))
    assert one.verdict == "better"
    assert [two.verdict for two in together([one, one])] == ["accident", "accident"]
    assert together([one]) == [one]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_the_other_way_round_says_the_opposite(pairs: list[tuple[bool, bool]]) -> None:
    old = {str(place): [float(a)] for place, (a, _) in enumerate(pairs)}
    new = {str(place): [float(b)] for place, (_, b) in enumerate(pairs)}
    there, back = compare("passed", old, new), compare("passed", new, old)
    assert (there.better, there.worse, there.p) == (back.worse, back.better, back.p)
    opposite = {"better": "worse", "worse": "better"}
    assert back.verdict == opposite.get(there.verdict, there.verdict)
    assert -1 <= there.low <= there.high <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1, allow_nan=False), min_size=1, max_size=25))
def test_any_scores_can_be_compared(values: list[float]) -> None:
    old = {str(place): [0.5] for place, _ in enumerate(values)}
    new = {str(place): [one] for place, one in enumerate(values)}
    found = compare("like", old, new)
    assert 0 <= found.p <= 1
    assert found.low == found.low  # a number
    assert found.low <= found.high


def test_it_is_kept_as_plain_values() -> None:
    kept = compare("passed", went("0110101"), went("1111111")).as_json()
    assert kept["verdict"] == "accident"
    assert kept["pairs"] == 7
    names = set(Comparison.__dataclass_fields__)
    assert Comparison(**{key: kept[key] for key in names}).as_json() == kept


def test_the_heavy_half_of_scipy_is_loaded_by_the_first_comparison() -> None:
    code = (
        "import sys, agent.comparison as c; assert 'scipy.stats' not in sys.modules;"
        "c.mcnemar(3, 1); assert 'scipy.stats' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- agreement


def test_kappa_of_a_textbook() -> None:
    # 50 applications read by two (https://en.wikipedia.org/wiki/Cohen%27s_kappa): 20 yes-yes,
    # 5 yes-no, 10 no-yes, 15 no-no.
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10
    found = agreement(pairs + [(False, False)] * 15)
    assert found.kappa == pytest.approx(0.4)
    assert (found.pairs, found.agreed, found.is_enough) == (50, 35, True)
    assert not agreement([(True, True)] * 9).is_enough
    assert agreement([(True, True)] * 10).kappa == 1.0
    assert agreement([(True, False), (False, True)]).kappa == -1.0
    assert agreement([]).kappa == 0.0


def test_pass_hat_k_is_how_often_all_of_k_pass() -> None:
    tries = [[True, True, True, True], [True, True, False, False], [False] * 4]
    assert all_pass(tries, 1) == pytest.approx(0.5)
    assert all_pass(tries, 2) == pytest.approx((1 + 1 / 6 + 0) / 3)
    assert all_pass(tries, 4) == pytest.approx(1 / 3)
    assert all_pass(tries, 5) is None
    assert all_pass([], 1) is None
