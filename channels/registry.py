"""Every channel: the folders beside this file, each with its record, and our own two.

A folder is found by being there. Its `capabilities` module names its record `CHANNEL`.
"""

import importlib
import pkgutil

import channels as room
from agent.settings import Settings
from channels.base import Channel, WebhookReceiver
from channels.record import ChannelRecord, Taken, nothing_taken
from channels.web import API, WEB


def known() -> dict[str, ChannelRecord]:
    """Return the records by name: what one can try without an account first, our own last."""
    folders = [found.name for found in pkgutil.iter_modules(room.__path__) if found.ispkg]
    records = sorted(map(_record, folders), key=lambda one: (not one.simulated, one.name))
    return {one.name: one for one in (*records, API, WEB)}


def _record(folder: str) -> ChannelRecord:
    module = importlib.import_module(f"{room.__name__}.{folder}.capabilities")
    record: ChannelRecord = module.CHANNEL
    if record.name != folder:
        raise ValueError(f"The channel in channels/{folder} is named {record.name}: name it alike.")
    return record


def receivers(settings: Settings) -> dict[str, WebhookReceiver]:
    """Return the ways in by the path a provider is given."""
    return {
        path: receiver
        for record in known().values()
        for path, receiver in record.receivers(settings).items()
    }


def channels(settings: Settings, taken: Taken = nothing_taken) -> dict[str, Channel]:
    """Return the ways out; *taken* says whether an outbox row already has a provider's id."""
    return {name: record.sender(settings, taken) for name, record in known().items()}
