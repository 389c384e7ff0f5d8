"""A WhatsApp that needs no account: Twilio's side of the wire, and the customers' phones.

Used by `make chat`, by the studio's simulator page and by the tests. It is as strict as Twilio
is documented to be, so that what works here is refused nowhere else for a reason known today.
"""

from simulator.app import create_simulator
from simulator.faults import Fault, Faults

__all__ = ["Fault", "Faults", "create_simulator"]
