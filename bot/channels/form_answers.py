"""What a customer filled in (a WhatsApp Flow), as lines that a model and a person can read."""

from bot import tangles

_OURS = ("flow_token",)  # not the customer's words


def lines_of(given: str) -> list[str]:
    """Return the answers in the JSON text *given*, one a line; none when it is not readable."""
    try:
        answers = tangles.loads(given)
    except ValueError:
        return []
    fields = answers.items() if isinstance(answers, dict) else ()
    return [f"{name}: {value}" for name, value in fields if name not in _OURS]
