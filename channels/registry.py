"""Every channel: the ways out by name, the doors by the path a provider is given."""

from collections.abc import Callable

from agent.settings import Settings
from channels.base import Channel, WebhookReceiver
from channels.chatwoot.receive import ChatwootReceiver
from channels.chatwoot.send import ChatwootChannel
from channels.meta.receive import PATH as META_PATH
from channels.meta.receive import MetaReceiver
from channels.meta.send import MetaChannel
from channels.twilio.receive import TwilioReceiver
from channels.twilio.send import TwilioChannel, nothing_taken
from channels.web import StoredChannel


def receivers(settings: Settings) -> dict[str, WebhookReceiver]:
    """Return the doors by path."""
    twilio, chatwoot = TwilioReceiver(settings), ChatwootReceiver(settings)
    return {
        "/webhooks/twilio": twilio,
        "/webhooks/twilio/status": twilio,
        META_PATH: MetaReceiver(settings),
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
