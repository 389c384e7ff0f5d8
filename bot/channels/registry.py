"""Every channel: the ways out by name, the doors by the path a provider is given."""

from collections.abc import Callable

from agent.settings import Settings
from bot.channels.base import Channel, Door
from bot.channels.chatwoot import ChatwootChannel
from bot.channels.chatwoot_inbound import ChatwootDoor
from bot.channels.meta import MetaChannel
from bot.channels.meta_inbound import PATH as META_PATH
from bot.channels.meta_inbound import MetaDoor
from bot.channels.twilio import TwilioChannel, nothing_taken
from bot.channels.twilio_inbound import TwilioDoor
from bot.channels.web import StoredChannel


def doors(settings: Settings) -> dict[str, Door]:
    """Return the doors by path."""
    twilio, chatwoot = TwilioDoor(settings), ChatwootDoor(settings)
    return {
        "/webhooks/twilio": twilio,
        "/webhooks/twilio/status": twilio,
        META_PATH: MetaDoor(settings),
        "/webhooks/chatwoot": chatwoot,
        "/webhooks/chatwoot/<token>": chatwoot,
        "/api/chatwoot/webhook": chatwoot,
        "/api/chatwoot/webhook/<token>": chatwoot,
    }


def channels(
    settings: Settings, taken: Callable[[str], bool] = nothing_taken
) -> dict[str, Channel]:
    """Return the channels; *taken* says whether an outbox row already has a provider's id."""
    ways: list[Channel] = [
        TwilioChannel(settings, taken=taken),
        MetaChannel(settings),
        ChatwootChannel(settings),
        StoredChannel("api"),
        StoredChannel("web"),
    ]
    return {way.name: way for way in ways}
