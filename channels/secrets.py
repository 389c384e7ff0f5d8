"""Secrets as they are used: whole, or the first of several."""

from pydantic import SecretStr


def whole(secret: SecretStr | None) -> str:
    """Return the secret; "" when it is not set."""
    return secret.get_secret_value() if secret else ""


def first_word(secret: SecretStr | None) -> str:
    """Return the first of secrets that are separated by commas."""
    return whole(secret).partition(",")[0].strip()
