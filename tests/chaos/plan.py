"""What a run does, all of it drawn from one seed: who writes what and when, and who is killed.

The seed fixes the plan; how the machine interleaves the processes differs from run to run.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

CHANNELS = ("twilio", "meta", "chatwoot")
KINDS = ("worker", "valkey", "bot", "sweeper", "chores", "database", "pause")
FIRST_CONVERSATION = 1_000  # numbers of conversations in Chatwoot
LONG, LONGER = "!", "!!"  # a message that asks for an answer in two parts; in two of Meta's
_IDS = {"twilio": "SM", "meta": "wamid.", "chatwoot": ""}
_NUMBER = re.compile(r"\bn(\d+)(!{0,2})")
_SAID = re.compile(r"\bn(\d+)")
_PART = re.compile(r"\bparte (\d) de (\d)")
# Words of seven characters between the two: more than 1,600 characters; on Meta more than 4,096.
LONG_WORDS, LONGER_WORDS = 330, 700
FILLER = "cuatro "


@dataclass(frozen=True)
class Written:
    """One message of a customer. Numbers rise with each message of that customer."""

    customer: str
    number: int
    sid: str  # the provider's id; Chatwoot gives its own
    text: str
    copies: int  # delivered at the same moment
    again_after: float | None  # seconds later the provider delivers it once more

    @property
    def channel(self) -> str:
        """How it comes."""
        return channel_of(self.customer)


@dataclass(frozen=True)
class Burst:
    """Messages a customer writes in one go."""

    at: float  # seconds after the start
    pauses: tuple[float, ...]  # after each message
    messages: tuple[Written, ...]


@dataclass(frozen=True)
class Gap:
    """Seconds between two kills of one kind, drawn evenly."""

    least: float
    most: float


@dataclass(frozen=True)
class Plan:
    """One run."""

    seed: int
    messages: int = 2_000
    per_second: float = 7.0
    customers: int = 40  # who write at about the same time
    newcomers: float = 0.25  # of the bursts
    channels: tuple[str, ...] = CHANNELS
    gaps: dict[str, Gap] = field(
        default_factory=lambda: {
            "worker": Gap(1, 2),
            "valkey": Gap(7, 15),
            "bot": Gap(6, 12),
            "sweeper": Gap(4, 9),
            "chores": Gap(10, 20),
            "database": Gap(10, 20),
            "pause": Gap(8, 16),
        }
    )

    def with_gaps(self, times: float) -> "Plan":
        """The same plan with longer pauses between the kills."""
        gaps = {kind: Gap(gap.least * times, gap.most * times) for kind, gap in self.gaps.items()}
        return replace(self, gaps=gaps)

    def only(self, kinds: Sequence[str]) -> "Plan":
        """The same plan where nothing but *kinds* is killed."""
        return replace(self, gaps={kind: self.gaps[kind] for kind in kinds})

    def random(self, purpose: str) -> random.Random:
        """A stream of its own for each purpose, so that one does not disturb the others."""
        return random.Random(f"{self.seed} {purpose}")

    def bursts(self) -> Iterator[Burst]:
        """Yield the bursts in the order of their times."""
        draw, written, at = self.random("bursts"), 0, 0.0
        numbers: dict[str, int] = {}
        known = [address(number, self.channels) for number in range(self.customers)]
        met = self.customers
        while written < self.messages:
            if draw.random() < self.newcomers:
                known = [*known[1:], address(met, self.channels)]
                met += 1
            customer = draw.choice(known)
            size = min(draw.randint(1, 5), self.messages - written)
            messages = tuple(_message(draw, customer, numbers) for _ in range(size))
            yield Burst(at, tuple(draw.uniform(0, 0.5) for _ in messages), messages)
            written += size
            at += size / self.per_second * draw.uniform(0.5, 1.5)


def address(number: int, channels: tuple[str, ...]) -> str:
    """Return a customer's address. Customers are dealt out over *channels*.

    A Chatwoot customer is known by the number of the conversation there.
    """
    channel = channels[number % len(channels)]
    forms = {"twilio": f"whatsapp:+52155{number:08d}", "meta": f"52155{number:08d}"}
    return forms.get(channel, str(FIRST_CONVERSATION + number))


def channel_of(customer: str) -> str:
    """Return how a customer of a plan writes."""
    if customer.startswith("whatsapp:"):
        return "twilio"
    return "meta" if customer.startswith("52155") else "chatwoot"


def _message(draw: random.Random, customer: str, numbers: dict[str, int]) -> Written:
    number = numbers[customer] = numbers.get(customer, 0) + 1
    marks = LONGER if channel_of(customer) == "meta" else LONG
    return Written(
        customer=customer,
        number=number,
        sid=f"{_IDS[channel_of(customer)]}{draw.getrandbits(128):032x}",
        text=f"n{number}{marks if draw.random() < 0.15 else ''}",
        copies=draw.choice((1, 1, 1, 1, 1, 1, 1, 2, 3, 1)),
        again_after=draw.uniform(0.1, 20) if draw.random() < 0.1 else None,
    )


# --- how a reply names what it answers


def reply_to(text: str) -> str:
    """Return the reply to the messages in *text*: it names each, in one part or in two."""
    found = _NUMBER.findall(text)
    names = " ".join(f"n{number}" for number, _ in found)
    longest = max((mark for _, mark in found), default="")
    if not longest:
        return f"{names} parte 1 de 1"
    filler = FILLER * (LONGER_WORDS if longest == LONGER else LONG_WORDS)
    return f"{names} parte 1 de 2\n\n{filler}\n\n{names} parte 2 de 2"


def without_filler(body: str) -> str:
    """Return what says something in a delivered text: the run asks for all of them every second."""
    return body.replace(FILLER, "")


def said_by(text: str) -> int:
    """Return the number of a customer's message; of several, of the first; 0 for none."""
    found = _NUMBER.search(text)
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class Said:
    """What one delivered text says: these messages, part so many of so many."""

    numbers: tuple[int, ...]
    part: int
    parts: int


def said_in(body: str) -> Said | None:
    """Read a delivered text; None for one that answers nothing (an apology)."""
    part, numbers = _PART.search(body), tuple(int(n) for n in _SAID.findall(body))
    if part is None or not numbers:
        return None
    return Said(numbers, int(part[1]), int(part[2]))
