"""What Meta's error codes mean for a send (Meta: "WhatsApp Cloud API error codes").

Meta asks that programs look at `code` and `error_data.details`, never at titles or HTTP statuses.
Which class a code belongs to is read from each code's own text; Meta publishes no such table.
"""

from typing import Any

from channels.base import WINDOW, Kind, Meaning, Table, by_code

PAIR_RATE = 131056  # too many messages to one customer
LONGEST_DETAILS = 300

_TABLE: Table = (
    (
        Kind.PERMANENT,
        "More than 24 hours have passed since the customer wrote. Only an approved"
        " template can be sent now.",
        (131047,),
    ),
    (
        Kind.PERMANENT,
        "The customer stopped marketing messages from this business. Answers to what"
        " they write still reach them.",
        (131050,),
    ),
    (Kind.PERMANENT, "WhatsApp cannot deliver to this customer's number.", (131026,)),
    (Kind.PERMANENT, "Sender and receiver are the same number.", (131021,)),
    (
        Kind.PERMANENT,
        "The number is not in the test number's list of receivers. Add it in Meta's console.",
        (131030,),
    ),
    (
        Kind.PERMANENT,
        "This customer has hidden their number, and this message may not be sent without it.",
        (131062,),
    ),
    (
        Kind.PERMANENT,
        "WhatsApp does not deliver this to this customer (an experiment of Meta's).",
        (130472,),
    ),
    (Kind.PERMANENT, "WhatsApp does not let businesses write to this country.", (130497,)),
    (
        Kind.PERMANENT,
        "WhatsApp delivers no more such messages to this customer today. Send it again"
        " after a day at the earliest.",
        (131049,),
    ),
    (
        Kind.PERMANENT,
        "Too many customers blocked or reported this number, so WhatsApp holds it"
        " back. Look at the number's quality in Meta's console before sending again.",
        (131048,),
    ),
    (
        Kind.SETUP,
        "Meta has blocked the account for breaking its policy. Look at it in Meta's console.",
        (368,),
    ),
    (
        Kind.PERMANENT,
        "WhatsApp does not take this content. Write it differently.",
        (100, 131008, 131009, 131051, 135000),
    ),
    (Kind.PERMANENT, "The file cannot be sent.", (131052, 131053)),
    (
        Kind.PERMANENT,
        "The template is missing, paused or filled in wrongly.",
        (132000, 132001, 132005, 132007, 132012, 132015, 132016),
    ),
    (
        Kind.SETUP,
        "Meta does not know this access token, or it has run out. Check META_ACCESS_TOKEN.",
        (0, 190),
    ),
    (
        Kind.SETUP,
        "The access token may not send for this number. Give it the permission"
        " whatsapp_business_messaging.",
        (3, 10, 131005, *range(200, 300)),
    ),
    (
        Kind.SETUP,
        "The number is not registered, not named or locked. Look at it in Meta's console,"
        " and check META_PHONE_NUMBER_ID.",
        (131031, 131037, 131045, 133010),
    ),
    (
        Kind.SETUP,
        "The account's payment method is missing or refused. Look at it in Meta's console.",
        (131042,),
    ),
    (
        Kind.RETRY,
        "Too many messages at once. It is sent again later.",
        (4, 80007, 130429, PAIR_RATE),
    ),
    (
        Kind.RETRY,
        "Meta had a failure of its own. It is sent again later.",
        (2, 131000, 131016, 131057, 133004),
    ),
    (Kind.UNKNOWN, "Meta failed and cannot say whether it was taken.", (1,)),
)

CODES: dict[int, Meaning] = by_code(_TABLE)


def shown(code: int) -> str:
    """Return the code as it is kept with an outbox row."""
    return WINDOW if code == 131047 else str(code)


def sentence(error: dict[str, Any], meaning: Meaning | None) -> str:
    """Return what staff read of *error*: our words, and Meta's own details behind them."""
    data = error.get("error_data")
    details = str(data.get("details") or "") if isinstance(data, dict) else ""
    said = meaning.sentence if meaning else str(error.get("title") or "Meta refused it.")
    return f"{said} (Meta: {details[:LONGEST_DETAILS]})" if details else said[:LONGEST_DETAILS]
