"""What a model call costs, in US dollars per million tokens.

Prices are the list prices the providers publish, as known in June 2025
(https://openai.com/api/pricing, https://openrouter.ai/models; cached input where the provider
bills it lower). They are estimates for people, never a bill: a model that is not in the table
costs 0 and is reported as unknown. OpenRouter returns the cost of each call itself; when a reply
carries one, that number wins.
"""

import re
from dataclasses import dataclass

DATED = "2025-06"


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens."""

    input: float
    output: float
    cached_input: float


@dataclass(frozen=True)
class Cost:
    """What calls cost, and whether the price of the model is known at all."""

    dollars: float
    known: bool


PRICES = {
    "gpt-4.1": Price(2.00, 8.00, 0.50),
    "gpt-4.1-mini": Price(0.40, 1.60, 0.10),
    "gpt-4.1-nano": Price(0.10, 0.40, 0.025),
    "gpt-4o": Price(2.50, 10.00, 1.25),
    "gpt-4o-mini": Price(0.15, 0.60, 0.075),
    "o3": Price(2.00, 8.00, 0.50),
    "o4-mini": Price(1.10, 4.40, 0.275),
}


def price_of(model: str) -> Price | None:
    """The price of *model* (`openai:gpt-4o-2024-08-06`, `openrouter:openai/gpt-4o`), if known."""
    provider, _, name = model.partition(":")
    if provider == "offline":
        return Price(0, 0, 0)
    name = name.removeprefix("openai/")
    return PRICES.get(re.sub(r"-\d{4}-\d{2}-\d{2}$", "", name))


def cost_of(
    model: str, input_tokens: int, output_tokens: int, cached: int = 0, billed: float | None = None
) -> Cost:
    """The cost of one call; *billed* is what the provider itself said it cost."""
    if billed is not None:
        return Cost(billed, True)
    price = price_of(model)
    if price is None:
        return Cost(0.0, False)
    fresh = max(0, input_tokens - cached)
    total = fresh * price.input + cached * price.cached_input + output_tokens * price.output
    return Cost(total / 1_000_000, True)
