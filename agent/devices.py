"""Devices that signed in before: each carries a token, so that strangers who guess a password slow
down strangers only (OWASP, "device cookies":
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).

A token opens nothing: it says under which count its device's guesses stand. It is sealed with the
installation's secret and with the hash of the person's password, so that a new password makes every
token of theirs void, and nobody who lacks either can make one.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

DAYS = 90
SEPARATOR = "~"  # between the tokens of several people who share a device
MOST = 5  # people who share one
_TOKEN = re.compile(r"([0-9a-f]{32})\.([0-9]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})")


@dataclass(frozen=True)
class Account:
    """Whose device it is: a person's id, and the hash of the password they have now."""

    person_id: str
    password_hash: str


class Devices:
    """Makes and recognises tokens. *key*: the installation's secret; without one, a passing one."""

    def __init__(self, key: str = "") -> None:
        secret = (key or secrets.token_hex(32)).encode()
        self._key = hmac.digest(secret, b"device tokens", "sha256")

    def add(self, jar: str, account: Account, now: float) -> str:
        """Return *jar* (what the device carries) with a new token of *account* in front.

        Those of other people stay as they are, the newest four.
        """
        body = f"{account.person_id}.{int(now)}.{secrets.token_hex(16)}"
        others = [one[0] for one in _tokens(jar) if one[1] != account.person_id]
        return SEPARATOR.join([f"{body}.{self._seal(body, account)}", *others[: MOST - 1]])

    def known(self, jar: str, account: Account, now: float) -> str:
        """Return the name of the device that carries *jar*, if *account* signed in there before.

        Empty for a stranger, and for a token that is forged, of another person, of a former
        password, or older than DAYS.
        """
        for token in _tokens(jar):
            body, _, seal = token[0].rpartition(".")
            mine = token[1] == account.person_id
            sealed = hmac.compare_digest(seal, self._seal(body, account))
            if mine and sealed and now - int(token[2]) < DAYS * 86_400:
                return token[3]
        return ""

    def _seal(self, body: str, account: Account) -> str:
        text = f"{body} {account.password_hash}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _tokens(jar: str) -> list[re.Match[str]]:
    return [one for part in jar.split(SEPARATOR)[:MOST] if (one := _TOKEN.fullmatch(part))]
