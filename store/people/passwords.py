"""Passwords: hashed with Argon2id, checked in the same time whether or not the person exists.

Parameters are the least OWASP allows for Argon2id (19 MiB, 2 passes, 1 lane; Password Storage
Cheat Sheet), so that a burst of sign-ins cannot exhaust the machine's memory.
"""

import functools
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from agent.errors import WeakPassword

SHORTEST = 12
LONGEST = 200  # Argon2 reads every byte; nobody types more
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
COMMON = (
    "password",
    "contrasena",
    "contraseña",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "iloveyou",
    "teamo",
    "bienvenido",
    "welcome",
    "administrador",
    "administrator",
    "letmein",
    "dragon",
    "monkey",
    "football",
    "futbol",
    "baseball",
    "princesa",
    "princess",
    "sunshine",
    "superman",
    "whatsapp",
    "changeme",
    "cambiame",
    "secreto",
    "trustno",
    "studio",
    "admin",
)

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str) -> str:
    """Return the Argon2id hash of *password*."""
    return _hasher.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """True when *password* made *password_hash*. Takes as long when there is no hash."""
    try:
        right = _hasher.verify(password_hash or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """True when the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def is_hash(text: str) -> bool:
    """True when *text* is an Argon2id hash that `fits` can read."""
    try:
        _hasher.check_needs_rehash(text)
    except InvalidHashError:
        return False
    return text.startswith("$argon2id$")


def one_time() -> str:
    """Return a random password a person can type: four groups of four, 79 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def check_strength(password: str, email: str) -> None:
    """Raise WeakPassword unless *password* is long and not a common or personal one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword
    bare = "".join(letter for letter in password.lower() if letter.isalpha())
    own_name = email.split("@")[0].lower()
    if len(set(password.lower())) < 5 or bare in (*COMMON, own_name):
        raise WeakPassword
    if any(bare == word * (len(bare) // len(word)) for word in COMMON if bare):
        raise WeakPassword


@functools.cache
def _nobody() -> str:
    return hashed(one_time())
