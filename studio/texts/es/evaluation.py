"""The words about test cases and how an agent does on them (Spanish)."""

TEXTS: dict[str, str] = {}
