"""Which approved template carries a reply that comes after WhatsApp's 24 hours.

Outside the window a business may send nothing but templates that Meta approved before (WhatsApp:
"Customer service windows"). One template with a single variable, {{1}}, is enough: it takes the
reply's own words, on one line, because a variable may hold no line break (Meta: "Templates").
"""

from typing import Any

from agent.capabilities import Capabilities
from agent.settings import Settings

LONGEST_WORDS = 900  # a template's body holds 1,024 characters, its own words among them
USUAL_LANGUAGE = "es"


def late(settings: Settings, channel: Capabilities, text: str) -> dict[str, Any] | None:
    """Return what turns *text* into a template on *channel*; None: no template can take it."""
    named = channel.late_template(settings) if channel.late_template else ""
    template, language, category = [*named.split(":"), "", ""][:3]
    words = " ".join(text.split())
    if not template or len(words) > LONGEST_WORDS:
        return None
    known = {"template": template, "language": language or USUAL_LANGUAGE, "variables": [words]}
    return known | ({"category": category} if category else {})
