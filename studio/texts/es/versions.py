"""The words about versions: differences, checks before a release, files (Spanish)."""

TEXTS: dict[str, str] = {}
