"""What a channel is and can do: one record a channel, read by all that must tell them apart.

The records stand beside the code that speaks to a provider (`channels/NAME/capabilities.py`); the
composition root hands them to the rooms below. Nothing else names a channel.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent import phones
from agent.settings import Settings
from agent.spec import Wording

NO_WORDS = Wording()
LOOPBACK = r"localhost|::1|127(\.\d+){3}"


def _nothing(_settings: Settings) -> str:
    return ""


def _no_credentials(_settings: Settings) -> tuple[object, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """The facts of one channel."""

    name: str  # in every table, and the name of its folder
    title: str  # what people call it, in every language
    help: Wording = NO_WORDS  # what it takes to set it up

    # Who is written to, and who waits
    live: bool = True  # replies reach somebody's phone; else they are fetched
    one_by_one: bool = False  # somebody waits for each answer, so there are no bursts
    desk: bool = False  # the provider has people, and an owner of a conversation, of its own
    own_addresses: bool = False  # an agent's address is its id; it answers there by itself
    writable_first: bool = False  # staff may open a conversation from the studio
    phones: bool = False  # customers are phones, of which one may be spelled in several ways
    honours_opt_out: bool = True  # words like STOP end all messages
    simulated: bool = False  # the built-in simulator stands in for its provider

    # What a message may be
    text_limit: int  # characters in one part
    window_seconds: float | None = None  # free text so long after the customer wrote; None: always
    late_template: Callable[[Settings], str] | None = (
        None  # what is set for later; None: none there
    )
    buttons: bool = False  # choices are shown as something to tap, else in words
    forms: bool = False  # a form is shown as one screen, else asked field by field
    typing: bool = False  # that an answer is being written can be shown
    price: float | None = None  # US dollars a message; None: unknown

    # How it is set up
    address_form: str = "{number}"  # how the provider spells a phone number
    our_address: Callable[[Settings], str] = _nothing  # the one that is meant when none is named
    credentials: Callable[[Settings], tuple[object, ...]] = _no_credentials  # the account first
    server: Callable[[Settings], str] = _nothing  # the provider's, or a stand-in's
    refused_status: int = 503  # what makes the provider bring a webhook again

    def is_configured(self, settings: Settings) -> bool:
        """True when there are the credentials to send."""
        given = self.credentials(settings)
        return bool(given) and all(given)

    def is_real(self, settings: Settings) -> bool:
        """True when a reply would reach a person: no stand-in on this machine."""
        host = urlsplit(self.server(settings)).hostname or ""
        has_account = self.live and any(self.credentials(settings)[:1])
        return has_account and not re.fullmatch(LOOPBACK, host)

    def identity(self, address: str) -> str:
        """Return what stands for whoever has *address*, in every spelling of it."""
        return phones.identity(address) if self.phones else address

    def spelled(self, given: str) -> str:
        """Return an address as the provider writes it; one that is no number stays as it is."""
        number = re.sub(r"[\s().-]", "", given)
        if not re.fullmatch(r"\+?\d+", number):
            return given
        return self.address_form.format(number=number.removeprefix("+"))

    def shown(self, address: str) -> str:
        """Return an address as people write it."""
        return address.removeprefix(self.address_form.partition("{")[0].removesuffix("+"))


Known = Mapping[str, Capabilities]  # every channel, by name
