"""The notifier: tells people what did not come from the page they look at, each of it once."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from actions.audited import audited, demand
from actions.queues import ALERT
from actions.services import Services
from agent.actor import Actor, Role
from agent.errors import Invalid
from agent.spec import Wording
from store.people.alert_wishes import KINDS, AlertWishes
from store.people.alerts import LONGEST_SUBJECT, LONGEST_TEXT, NewAlert
from store.people.person import Person
from store.states import AlertWay

WEBHOOK = "webhook"  # the recipient of what is posted to ALERT_WEBHOOK_URL
LONGEST_KEY = 120
MOST_RECIPIENTS = 200


@dataclass(frozen=True)
class News:
    """What is told: `key` names the event, so that it is told once; `link` is a studio path."""

    kind: str
    key: str
    subject: Wording
    text: Wording
    link: str = ""


def alert(
    services: Services,
    actor: Actor,
    news: News,
    to: Collection[str] = (),
    role: Role = "editor",
) -> int:
    """Tell the people *to* (e-mail addresses), or everybody of *role* or higher when there are
    none; return how many alerts that made. What was told before under the same key is not told
    again.

    Raises Forbidden below the role `editor`, and Invalid for news that cannot be told.
    """
    _check(news)
    with audited(services, actor, "editor") as note:
        people = list(_recipients(services, to, role))
        made = services.store.alerts.add(_alerts(services, news, people))
        if made:
            note("alert raised", news.key, f"{len(people)} people")
            services.database.on_commit(lambda: _wake(services, made))
    return len(made)


def read(services: Services, actor: Actor, up_to: int) -> None:
    """Note that the actor has read their alerts up to that one. Raises Forbidden."""
    demand(actor, "viewer")
    services.store.alerts.read(actor.name, up_to)


def wish(services: Services, actor: Actor, wishes: AlertWishes) -> None:
    """Keep how the actor wants to be told. Raises Forbidden, and NotFound for a program's key."""
    with audited(services, actor, "viewer") as note:
        services.store.alerts.wishes(actor.name)
        services.store.alerts.wish(actor.name, wishes)
        note("alert wishes", actor.name)


def _check(news: News) -> None:
    if news.kind not in KINDS:
        raise Invalid(f"Choose a kind of alert out of {', '.join(KINDS)}.")
    if not 0 < len(news.key) <= LONGEST_KEY:
        raise Invalid(f"Name the event in 1 to {LONGEST_KEY} characters.")
    if not news.subject.es.strip() or len(news.subject.es) > LONGEST_SUBJECT:
        raise Invalid(f"Give the alert a subject of 1 to {LONGEST_SUBJECT} characters.")
    if len(news.text.es) > LONGEST_TEXT:
        raise Invalid(f"Write the alert in at most {LONGEST_TEXT} characters.")
    if news.link and (not news.link.startswith("/") or news.link.startswith("//")):
        raise Invalid("A link is an address of the studio, as /studio/inbox.")


def _recipients(services: Services, to: Collection[str], role: Role) -> Iterator[Person]:
    if len(to) > MOST_RECIPIENTS:
        raise Invalid(f"Tell at most {MOST_RECIPIENTS} people at once.")
    known = {person.email: person for person in services.store.people.list() if not person.disabled}
    if strangers := set(to) - known.keys():
        raise Invalid(f"There is nobody here called {', '.join(sorted(strangers))}.")
    yield from (one for one in known.values() if (one.email in to if to else one.may(role)))


def _alerts(services: Services, news: News, people: Iterable[Person]) -> Iterator[NewAlert]:
    for person in people:
        wishes = services.store.alerts.wishes(person.email)
        yield from _of_person(services, news, person, wishes)
    if services.settings.alert_webhook_url:
        yield _made(news, WEBHOOK, AlertWay.WEBHOOK, "en")


def _of_person(
    services: Services, news: News, person: Person, wishes: AlertWishes
) -> Iterator[NewAlert]:
    if wishes.wants(news.kind, AlertWay.STUDIO):
        yield _made(news, person.email, AlertWay.STUDIO, person.language)
    if services.settings.smtp_host and wishes.wants(news.kind, AlertWay.EMAIL):
        opens = wishes.next_open(services.store.alerts.clock())
        yield _made(news, person.email, AlertWay.EMAIL, person.language, opens)


def _made(
    news: News, recipient: str, way: AlertWay, language: str, not_before: float = 0.0
) -> NewAlert:
    subject, text = news.subject.in_language(language), news.text.in_language(language)
    return NewAlert(news.key, news.kind, recipient, way, subject, text, news.link, not_before)


def _wake(services: Services, made: Iterable[int]) -> None:
    for alert_id in made:
        services.wake_up.notify(ALERT, alert_id)
