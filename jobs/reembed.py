"""`make reembed`: has every base embedded by the model in force, while it goes on being searched.

The chore workers do it, at once or from the next `make run` on; Knowledge shows how far it is.
"""

from actions.services import open_services
from actions.sources import rebuild_all
from agent.actor import Actor
from agent.settings import Settings

NONE = "Every knowledge base has the search model in force."
ASKED = "Being prepared, while they are searched as always; Knowledge shows how far it is:"


def main() -> None:
    """Ask for it and print for which bases."""
    services = open_services(Settings())
    try:
        names = rebuild_all(services, Actor("make reembed", "admin"))
    finally:
        services.database.close()
    print("\n  ".join([ASKED, *names]) if names else NONE)


if __name__ == "__main__":
    main()
