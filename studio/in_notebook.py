"""Opening something of the studio in a notebook: made with its id filled in, and the way to it."""

from actions.notebooks import open_about
from store.people.people import Person
from studio.markup import Html, tag
from studio.request_checks import HOME
from studio.state import Studio
from studio.widgets import button, note

ACTION = "notebook"


def opener(studio: Studio, subject: str | int) -> Html:
    """Return the button that asks for it."""
    return button(studio.say("notebooks.open_in"), ACTION, subject)


def opened(studio: Studio, person: Person, kind: str, subject: str | int) -> str:
    """Make the notebook; return its id. Raises Forbidden."""
    name = studio.say(f"notebooks.about.{kind}", id=str(subject)[:12])
    return open_about(studio.services, person.actor, kind, str(subject), name)


def way(studio: Studio, notebook_id: str) -> Html:
    """Return the sentence that leads to it."""
    address = f"{HOME}/{studio.language}/notebooks?open={notebook_id}"
    link = tag("a", studio.say("notebooks.go"), href=address, class_="as-link")
    return note(studio.say("notebooks.made"), link)
