"""Every way out to customers, by name."""

from collections.abc import Callable

from agent.settings import Settings
from bot.channels.base import Channel
from bot.channels.twilio import TwilioChannel, nothing_taken
from bot.channels.web import StoredChannel


def channels(
    settings: Settings, taken: Callable[[str], bool] = nothing_taken
) -> dict[str, Channel]:
    """Return the channels; *taken* says whether an outbox row already has a provider's id."""
    ways: list[Channel] = [
        TwilioChannel(settings, taken=taken),
        StoredChannel("api"),
        StoredChannel("web"),
    ]
    return {way.name: way for way in ways}
