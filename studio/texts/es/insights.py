"""The words of the Insights page (Spanish)."""

TEXTS: dict[str, str] = {}
