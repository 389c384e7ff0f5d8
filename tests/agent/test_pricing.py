"""What calls cost."""

import pytest

from agent.pricing import PRICES, cost_of, price_of


def test_tokens_are_priced_per_million() -> None:
    cost = cost_of("openai:gpt-4.1-mini", 1_000_000, 500_000)
    assert cost.dollars == pytest.approx(0.40 + 0.80)
    assert cost.known


def test_cached_tokens_are_cheaper() -> None:
    assert cost_of("openai:gpt-4o", 1_000_000, 0, cached=1_000_000).dollars == 1.25


def test_dated_and_routed_names_are_the_same_model() -> None:
    assert price_of("openai:gpt-4o-2024-08-06") == PRICES["gpt-4o"]
    assert price_of("openrouter:openai/gpt-4o") == PRICES["gpt-4o"]


def test_an_unknown_model_costs_nothing_and_says_so() -> None:
    cost = cost_of("openrouter:someone/new-model", 1_000, 1_000)
    assert (cost.dollars, cost.known) == (0, False)


def test_the_providers_own_number_wins() -> None:
    assert cost_of("openrouter:someone/new-model", 1, 1, billed=0.25).dollars == 0.25


def test_the_built_in_model_is_free() -> None:
    assert cost_of("offline", 1_000, 1_000) == cost_of("offline", 0, 0)
    assert cost_of("offline", 1, 1).known
