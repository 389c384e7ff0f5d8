"""The words about undelivered messages (English)."""

TEXTS: dict[str, str] = {
    "undelivered.title": "Not delivered",
    "undelivered.help": (
        "Replies that did not reach the customer. Decide on each: send it again or dismiss it."
    ),
    "undelivered.count": "{count} to decide",
    "undelivered.empty": (
        "Everything has been delivered. What does not arrive will appear here, and why."
    ),
    "undelivered.when": "When",
    "undelivered.customer": "Customer",
    "undelivered.text": "Message",
    "undelivered.why": "Why",
    "undelivered.do": "",
    "undelivered.retry": "Send again",
    "undelivered.dismiss": "Dismiss",
    "undelivered.dismiss_sure": "Dismiss this message? The customer will not receive it.",
    "failure.code": "The provider did not accept it (code {code}).",
    "failure.unknown": "It is not known yet whether the provider took it.",
}
