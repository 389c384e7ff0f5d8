"""Alerts: what a person was told, and how they want to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import ValidationError

from actions import notifier as acts
from store.people.alert_wishes import DAY_HOURS, KINDS, AlertWishes
from store.people.alerts import Alert
from store.people.people import Person
from store.states import AlertWay
from studio.errors import BadFields
from studio.markup import Content, Html, join, tag
from studio.request_checks import HOME
from studio.roles import allow
from studio.state import Studio
from studio.widgets import badge, clickable, looker, place, table, when
from studio.wiring import Load, event, pick

ON_A_PAGE = 50
WAYS = (AlertWay.STUDIO, AlertWay.EMAIL)


@dataclass(frozen=True)
class Told:
    """What a person was told, and their wishes."""

    alerts: Sequence[Alert]
    wishes: AlertWishes


@allow("viewer")
def first(studio: Studio, person: Person) -> Told:
    """Return what this person was told."""
    return _told(studio, person)


@allow("viewer")
def read(studio: Studio, person: Person, action: str, alert_id: str) -> Told:
    """Note that the person has read everything up to this alert."""
    number = int(alert_id) if alert_id.isdecimal() else 0
    acts.read(studio.services, person.actor, min(number, 2**62))
    return _told(studio, person)


@allow("viewer")
def wish(
    studio: Studio,
    person: Person,
    ways: list[str],
    muted: list[str],
    opens: float,
    closes: float,
    zone: str,
) -> Told:
    """Keep how the person wants to be told."""
    try:
        wishes = AlertWishes.model_validate(
            {"ways": ways, "muted": muted, "opens": opens, "closes": closes, "zone": zone.strip()}
        )
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise BadFields(((f"alerts.{field}", f"alerts.{field}_bad", {}),)) from error
    acts.wish(studio.services, person.actor, wishes)
    return _told(studio, person)


def _told(studio: Studio, person: Person) -> Told:
    alerts = studio.services.store.alerts
    return Told(alerts.of(person.email, ON_A_PAGE), alerts.wishes(person.email))


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    say = studio.say
    place(tag("h1", say("alerts.title")))
    alerts = clickable(elem_id="alerts-list")
    with gr.Accordion(say("alerts.wishes"), open=False):
        without = "" if studio.services.settings.smtp_host else say("alerts.no_mail")
        place(tag("p", " ".join((say("alerts.help"), without)), class_="as-quiet"))
        wishes = _fields(studio)
        keep = gr.Button(say("alerts.keep"), variant="primary", elem_id="alerts-keep")
    filled = [alerts, *wishes]

    def show(told: Told) -> list[Any]:
        return shown(studio, told)

    load(event(studio, first, show), None, filled)
    alerts.click(pick(studio, read, show), None, filled)
    keep.click(event(studio, wish, show, done="alerts.kept"), wishes, filled)


def _fields(studio: Studio) -> list[Any]:
    say = studio.say
    with gr.Row(elem_classes="as-form"):
        ways = gr.CheckboxGroup([(say(f"alerts.way.{one}"), one) for one in WAYS])
        muted = gr.CheckboxGroup([(say(f"alerts.kind.{one}"), one) for one in KINDS])
    with gr.Row(equal_height=True, elem_classes="as-form"):
        opens = gr.Number(minimum=0, maximum=DAY_HOURS, precision=0)
        closes = gr.Number(minimum=0, maximum=DAY_HOURS, precision=0)
        zone = gr.Textbox(max_length=60, placeholder="America/Mexico_City")
    fields = {"ways": ways, "muted": muted, "opens": opens, "closes": closes, "zone": zone}
    for name, field in fields.items():
        field.label, field.elem_id = say(f"alerts.{name}"), f"alerts-{name}"
    return list(fields.values())


def shown(studio: Studio, told: Told) -> list[Any]:
    """Return the list, and the values of the fields."""
    wishes = told.wishes
    head = [studio.say(f"alerts.{name}") for name in ("when", "what")]
    rows = [_row(studio, one) for one in told.alerts]
    listed = table([*head, ""], rows, studio.say("alerts.empty"))
    ways = [way.value for way in wishes.ways]
    return [listed, ways, list(wishes.muted), wishes.opens, wishes.closes, wishes.zone]


def _row(studio: Studio, one: Alert) -> list[Content]:
    return [when(one.created_at), _words(studio, one), _read(studio, one)]


def _words(studio: Studio, one: Alert) -> Html:
    kind = tag("span", studio.say(f"alerts.kind.{one.kind}"), class_="as-quiet")
    parts: list[Content] = [tag("b", one.subject), tag("div", one.text), kind]
    if one.link.startswith(HOME):
        parts.append(tag("a", studio.say("alerts.open"), href=one.link))
    return tag("div", parts)


def _read(studio: Studio, one: Alert) -> Html:
    if one.read_at:
        return tag("span", "")
    new = badge(studio.say("alerts.new"), "wait")
    return join([new, looker(studio.say("alerts.read"), one.id, "read", on="click")])
