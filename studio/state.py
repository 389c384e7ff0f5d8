"""What every page is built with: the parts of the installation, and a language."""

from dataclasses import dataclass

from actions.services import Services
from agent.answering import Answering
from studio.texts import say

NO_CANARY = "••••••••"


@dataclass(frozen=True)
class Studio:
    """The studio in one language."""

    services: Services
    answering: Answering
    language: str

    def say(self, key: str, /, **values: object) -> str:
        """Return a text in this studio's language."""
        return say(self.language, key, **values)

    def channel(self, name: str) -> str:
        """Return what people call a channel; one whose folder is gone keeps its name."""
        known = self.services.channels.get(name)
        return known.title if known else name

    def address(self, channel: str, address: str) -> str:
        """Return an address on *channel* as people write it."""
        known = self.services.channels.get(channel)
        return known.shown(address) if known else address

    def say_other(self, key: str) -> str:
        """Return a text in the language one can switch to."""
        return say("en" if self.language == "es" else "es", key)
