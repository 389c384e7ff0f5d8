"""The words of the first tour and of the guided path to a new agent (English)."""

TEXTS: dict[str, str] = {}
