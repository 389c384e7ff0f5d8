"""What Twilio's error codes mean for a send (Twilio: "Error and warning dictionary").

Which class a code belongs to is read from each error's page; Twilio publishes no such table.
A code that is not here is permanent when it came with a 4xx and unknown otherwise.
"""

from agent.consent import OPTED_OUT
from channels.base import WINDOW, Kind, Meaning, Table, by_code

__all__ = ["CODES", "Kind", "Meaning"]

_TABLE: Table = (
    (
        Kind.PERMANENT,
        "More than 24 hours have passed since the customer wrote. Only an approved"
        " template can be sent now.",
        (63016,),
    ),
    (
        Kind.PERMANENT,
        "WhatsApp cannot deliver to this customer's number.",
        (63003, 63024, 21211, 21614),
    ),
    (Kind.PERMANENT, "WhatsApp chose not to deliver this to this customer.", (63032, 63033, 63049)),
    (Kind.PERMANENT, "The customer asked to receive nothing more.", (21610,)),
    (Kind.PERMANENT, "The customer has not joined the sandbox, or left it.", (63015,)),
    (
        Kind.PERMANENT,
        "WhatsApp does not take this content. Write it differently.",
        (63005, 63013, 63021, 63030),
    ),
    (
        Kind.PERMANENT,
        "The template is missing, paused or filled in wrongly.",
        (63027, 63028, 63040, 63041, 63042, 21654, 21655, 21656),
    ),
    (Kind.PERMANENT, "The text is longer than WhatsApp takes in one message.", (21617,)),
    (Kind.PERMANENT, "The file's address cannot be used.", (21620,)),
    (Kind.PERMANENT, "Sender and receiver are the same number.", (63031,)),
    (
        Kind.SETUP,
        "Twilio does not know these credentials. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
        (20003, 20404),
    ),
    (
        Kind.SETUP,
        "This number is not a WhatsApp sender of the Twilio account. Check TWILIO_WHATSAPP_NUMBER.",
        (63007, 21606),
    ),
    (
        Kind.SETUP,
        "The WhatsApp sender is not set up, or locked. Look at it in Twilio's console.",
        (63001, 63020, 63051),
    ),
    (Kind.SETUP, "The Twilio account may not send to this country.", (21408,)),
    (Kind.RETRY, "Too many messages at once. It is sent again later.", (20429, 63017, 63018)),
    (
        Kind.RETRY,
        "WhatsApp had a failure of its own. It is sent again later.",
        (63009, 63010, 63012, 63019, 30008, 20503),
    ),
    (Kind.WAIT, "The account's limit for today is reached. It is sent again later.", (63038,)),
    (Kind.WAIT, "Twilio's queue is full. It is sent again later.", (21611, 30001)),
    (
        Kind.WAIT,
        "Twilio saw too many replies to one number at once. It is sent again later.",
        (14107,),
    ),
    (Kind.UNKNOWN, "Twilio failed and cannot say whether it was taken.", (20500, 30410)),
)

CODES: dict[int, Meaning] = by_code(_TABLE)


def shown(code: int) -> str:
    """Return the code as it is kept with an outbox row."""
    return {63016: WINDOW, 21610: OPTED_OUT}.get(code, str(code))
