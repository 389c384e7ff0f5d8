"""What a channel's folder says of itself: its capabilities, its ways in and out, its check-up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.capabilities import Capabilities
from agent.settings import Settings
from agent.spec import Wording
from channels.base import Channel, WebhookReceiver

FORM = "application/x-www-form-urlencoded"
Taken = Callable[[str], bool]  # whether an outbox row already has a provider's id


def nothing_taken(_provider_id: str) -> bool:
    """Say that no id is recorded anywhere yet."""
    return False


@dataclass(frozen=True)
class Request:
    """One request of the check-up."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class CheckUp:
    """What is asked to find out whether a channel is set up; nothing of it writes to anybody."""

    paste: tuple[tuple[Wording, str], ...]  # where a webhook's path is pasted at the provider
    secret: Callable[[Settings], str]  # what webhooks are signed with; "": not set
    call: Callable[[str, str, Settings, float], Request]  # base, secret, settings, now: a webhook
    account: Callable[[Settings], Request]  # a page that only the right credentials may read
    knows_bot: bytes = b""  # in a 401 of that page: the credentials are a bot's, and known
    verification: Callable[[str, Settings], str] | None = None  # base, settings: the provider's GET


def no_receivers(_settings: Settings) -> dict[str, WebhookReceiver]:
    """Nobody calls."""
    return {}


@dataclass(frozen=True, kw_only=True)
class ChannelRecord(Capabilities):
    """Everything the house knows of one channel."""

    marks: Callable[[str, Mapping[str, Any]], str]  # Markdown in the marks that it shows
    sender: Callable[[Settings, Taken], Channel]
    receivers: Callable[[Settings], Mapping[str, WebhookReceiver]] = no_receivers  # by path
    check_up: CheckUp | None = None  # None: there is nobody to ask
