"""The words about undelivered messages (Spanish)."""

TEXTS: dict[str, str] = {}
