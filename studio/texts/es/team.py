"""The words of the Team page (Spanish)."""

TEXTS: dict[str, str] = {}
