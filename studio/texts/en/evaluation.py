"""The words about test cases and how an agent does on them (English)."""

TEXTS: dict[str, str] = {}
