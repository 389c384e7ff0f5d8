"""The words about versions: differences, checks before a release, files (English)."""

TEXTS: dict[str, str] = {}
