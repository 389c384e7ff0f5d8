"""The words about undelivered messages (English)."""

TEXTS: dict[str, str] = {}
