"""What opens the HTTP API to whoever is at home on this machine: `make token` prints it.

The API is never open. Without `API_KEYS` the installation makes a token when it is first asked for,
and keeps it in `DATA_DIR/api-token`, which only its own user may read. Removing that file and
starting again makes another one.
"""

import sys

from agent.errors import Invalid
from agent.keys import kept_secret
from agent.settings import Settings

FILE = "api-token"


def own_token(settings: Settings) -> str:
    """Return the first of `API_KEYS`; without any, the installation's token, made when missing.

    Raises Invalid when its file can neither be read nor made.
    """
    return settings.keys[0] if settings.keys else kept_secret(settings.data_dir / FILE)


def main() -> None:
    """Print what opens the API of this installation."""
    try:
        print(own_token(Settings()))
    except Invalid as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
