"""What calls cost."""

import pytest

from agent.pricing import cost_of, has_price


def test_tokens_are_priced_as_the_provider_lists_them() -> None:
    cost = cost_of("openai:gpt-4.1-mini", 1_000_000, 500_000)
    assert cost.dollars == pytest.approx(0.40 + 0.80)
    assert cost.known


def test_cached_tokens_are_cheaper() -> None:
    dear, cheap = (cost_of("openai:gpt-4o", 1_000_000, 0, cached=n) for n in (0, 1_000_000))
    assert 0 < cheap.dollars < dear.dollars
    assert cost_of("openai:gpt-4o", 10, 0, cached=1_000) == cost_of("openai:gpt-4o", 10, 0, 10)


def test_dated_and_routed_names_are_priced_too() -> None:
    plain = cost_of("openai:gpt-4o", 1_000, 1_000)
    assert cost_of("openai:gpt-4o-2024-08-06", 1_000, 1_000) == plain
    assert cost_of("openrouter:openai/gpt-4o", 1_000, 1_000) == plain


@pytest.mark.parametrize(
    "model", ["openrouter:someone/new-model", "openai:my-own-llama", "openai:", "", "nobody:x"]
)
def test_a_model_without_a_price_says_so(model: str) -> None:
    assert not cost_of(model, 1_000, 1_000).known
    assert not has_price(model)


def test_the_providers_own_number_wins() -> None:
    assert cost_of("openrouter:someone/new-model", 1, 1, billed=0.25).dollars == 0.25


def test_the_built_in_model_is_free() -> None:
    assert cost_of("offline", 1_000, 1_000).dollars == 0
    assert has_price("offline")
