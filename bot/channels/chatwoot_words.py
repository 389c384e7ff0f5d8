"""The words of an answer as Chatwoot must be given them.

Chatwoot renders Liquid in what it sends: `{{contact.email}}` would become the customer's data and
`{% ... %}` would run, so neither leaves here (Chatwoot 4.14: app/models/concerns/liquidable.rb).
It takes Markdown and writes it for WhatsApp, Telegram and the rest by itself since 4.9; only an
API inbox passes words on as they are.
"""

import re

from agent.formatting import whatsapp

RAW = ("Channel::Api",)
# Each of {{ {% }} %} is parted, in code too: `{% endraw %}` would end Chatwoot's own protection.
_OPENING, _CLOSING = re.compile(r"\{(?=[{%])"), re.compile(r"(?<=[}%])\}")


def harmless(text: str) -> str:
    """Return *text* without anything that Liquid would act on."""
    return _CLOSING.sub(" }", _OPENING.sub("{ ", text))


def written(markdown: str, kind: str) -> str:
    """Return *markdown* for an inbox of *kind* (`Channel::Whatsapp`, `Channel::Api`...)."""
    return harmless(whatsapp(markdown) if kind in RAW else markdown.strip())
