"""The words of the Channels page (English)."""

TEXTS: dict[str, str] = {}
