"""Limits: how much one customer, and one installation, may use. Decided before the model is asked.

    a token bucket   each message that a turn answers takes a token; an empty bucket makes the
                     next turn wait, and that turn then answers all that came meanwhile
    a day's turns    one conversation's, from midnight to midnight UTC
    a day's cost     one conversation's, and all of them together, in US dollars

Messages are always stored; a limit only decides when, and whether, the bot answers. The bucket is
the usual one (https://en.wikipedia.org/wiki/Token_bucket) with debt: a turn that answers
more than there was makes the next one wait for the difference, at most a whole bucket of it.
"""

from dataclasses import dataclass

from agent.spec import Wording

DAY = 86_400.0
TOLD_AGAIN_AFTER = 3_600.0  # seconds; within them a customer is told only once

TOO_FAST = Wording(
    es="Me llegan sus mensajes más rápido de lo que puedo responder. Ninguno se pierde: en un"
    " momento le contesto todo junto.",
    en="Your messages reach me faster than I can answer. None is lost: I will answer all of them"
    " together in a moment.",
    pt="Suas mensagens chegam mais rápido do que consigo responder. Nenhuma se perde: em um"
    " momento respondo tudo junto.",
)
DAY_IS_OVER = Wording(
    es="Por hoy ya no puedo atenderle yo. Le paso con una persona de nuestro equipo, que leerá sus"
    " mensajes y le escribirá.",
    en="I cannot help you any further today. I am passing you to a person of our team, who will"
    " read your messages and write to you.",
    pt="Por hoje não posso mais atender. Vou passar você para uma pessoa da nossa equipe, que lerá"
    " suas mensagens e escreverá.",
)


@dataclass(frozen=True)
class Limits:
    """What may be used. 0 means without limit; costs are US dollars."""

    messages_a_minute: float = 0.0
    burst: int = 20
    turns_a_day: int = 0
    cost_a_customer: float = 0.0  # a day
    cost_a_day: float = 0.0
    unpriced: float = 10.0  # a million tokens of a model whose price nobody knows

    def counted(self, cost: float, unpriced_tokens: int) -> float:
        """Return what a turn takes from a cap in money: no model without a price is free."""
        return cost + unpriced_tokens * self.unpriced / 1_000_000

    @property
    def any(self) -> bool:
        """True when there is something to count."""
        return bool(
            self.messages_a_minute or self.turns_a_day or self.cost_a_customer or self.cost_a_day
        )

    @property
    def a_second(self) -> float:
        """Tokens that flow into a bucket each second."""
        return self.messages_a_minute / 60

    def open_at(self, tokens: float | None, filled_at: float | None) -> float:
        """When a bucket that held *tokens* at *filled_at* lets a turn pass (seconds since 1970)."""
        if not self.messages_a_minute or tokens is None or filled_at is None or tokens >= 1:
            return 0.0
        return filled_at + (1 - tokens) / self.a_second


@dataclass(frozen=True)
class Reached:
    """A limit of the day that is reached: its code, and the sentence for staff."""

    code: str
    reason: str


@dataclass(frozen=True)
class Allowance:
    """What one conversation has used, with the turn that is about to be taken counted in."""

    tokens: float  # below 0: this turn answers more than there was
    turns: int
    cost: float
    told_at: float

    def is_too_fast(self, now: float) -> bool:
        """True when the customer has to wait from here, and was not told of it lately."""
        return self.tokens < 0 and now - self.told_at >= TOLD_AGAIN_AFTER

    def over(self, limits: Limits, spent_by_all: float) -> Reached | None:
        """Return which limit of the day is reached, or None."""
        if limits.turns_a_day and self.turns > limits.turns_a_day:
            setting = f"TURNS_A_DAY {limits.turns_a_day}"
            return Reached("limit_turns", f"Today's turns of this customer are used up: {setting}")
        if limits.cost_a_customer and self.cost >= limits.cost_a_customer:
            setting = f"COST_CAP_CUSTOMER {limits.cost_a_customer:g} US$"
            return Reached("limit_customer", f"Today's money for this customer is spent: {setting}")
        if limits.cost_a_day and spent_by_all >= limits.cost_a_day:
            setting = f"COST_CAP_DAY {limits.cost_a_day:g} US$"
            return Reached("limit_day", f"Today's money for all customers is spent: {setting}")
        return None


def day_of(now: float) -> int:
    """Days since 1970, UTC."""
    return int(now // DAY)
