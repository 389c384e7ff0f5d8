"""The words of the Insights page (English)."""

TEXTS: dict[str, str] = {}
