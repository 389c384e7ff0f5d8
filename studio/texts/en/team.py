"""The words of the Team page (English)."""

TEXTS: dict[str, str] = {}
