"""The words of the Channels page (Spanish)."""

TEXTS: dict[str, str] = {}
