"""The words of the first tour and of the guided path to a new agent (Spanish)."""

TEXTS: dict[str, str] = {}
