"""What a customer said, as a channel parsed it and the inbox takes it."""

from dataclasses import dataclass, field
from typing import Any

from agent import consent


@dataclass(frozen=True)
class Inbound:
    """One message of a customer, as a channel parsed it. Addresses are opaque."""

    channel: str
    provider_message_id: str
    our_address: str
    customer_address: str
    text: str
    customer_name: str = ""
    media: tuple[dict[str, str], ...] = ()  # {url, media_type, name}; url may be a media id
    payload: dict[str, Any] = field(default_factory=dict)  # everything the provider sent
    facts: dict[str, Any] = field(default_factory=dict)  # of the conversation, for the way back
    alias: str = ""  # another address of the same person (a phone number, a business-scoped id)
    own_id: str = ""  # the provider's own of the customer, where the address is another
    wish: consent.Wish = ""  # what the provider itself understood and answered
    only_known: bool = False  # keep it only where the conversation is known: people answer it
    about: tuple[dict[str, str], ...] = ()  # what it points to: {kind, text, author, url, id}
    corrects: str = ""  # the provider's id of the message whose words it replaces
    withdrawn: bool = False  # *corrects* was taken back, and nothing stands in its place
    written_at: float = 0.0  # by the provider's clock (seconds since 1970); 0: unknown
