"""What a model call costs, in US dollars: by `genai-prices`, which keeps the providers' list prices
with their dates (https://github.com/pydantic/genai-prices).

Prices are estimates for people, never a bill. Where a reply carries what the provider itself
charged, as OpenRouter's do, that number wins. A model without a price is not free: its tokens are
reported as unpriced, and `agent.limits` counts them under a cap in money all the same.
"""

from dataclasses import dataclass

from genai_prices import Usage, calc_price

FREE = "offline"


@dataclass(frozen=True)
class Cost:
    """What a call cost, and whether the price of the model is known at all."""

    dollars: float
    known: bool


def cost_of(
    model: str, input_tokens: int, output_tokens: int, cached: int = 0, billed: float | None = None
) -> Cost:
    """Return the cost of one call of *model* (`openai:gpt-4.1`, `openrouter:openai/gpt-4o`).

    *cached*: how many of the input tokens the provider had cached. *billed*: what the provider
    said it charged.
    """
    if billed is not None:
        return Cost(billed, True)
    provider, _, name = model.partition(":")
    if provider == FREE:
        return Cost(0.0, True)
    used = Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_read_tokens=min(cached, input_tokens),
    )
    try:
        return Cost(float(calc_price(used, name, provider_id=provider).total_price), True)
    except (LookupError, ValueError):
        return Cost(0.0, False)


def has_price(model: str) -> bool:
    """True when the price of *model* is known."""
    return cost_of(model, 1, 1).known
