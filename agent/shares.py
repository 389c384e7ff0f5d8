"""Who is in the share of the customers that meets a version, and what a customer met.

Each customer is on one side for as long as the share runs, and whoever is in a small share is in a
greater one of the same id.
"""

import hashlib
from dataclasses import dataclass


def is_in(share_id: int, share: float, customer: str) -> bool:
    """Return whether that customer meets the new version; *share*: from 0 to 1."""
    digest = hashlib.sha256(f"{share_id} {customer}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < share


@dataclass(frozen=True)
class Met:
    """What one customer met since the share began; `cost` in US dollars."""

    handed_over: bool
    fallback: bool
    cost: float

    @property
    def resolved(self) -> bool:
        """Answered by the agent alone, and never without knowing."""
        return not (self.handed_over or self.fallback)
