"""Simulator: write to the bot as a customer would, without a Twilio account.

Everything goes over HTTP to the simulator process, which posts genuinely signed webhooks to the
bot and receives its replies, as Twilio would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
import httpx

from agent.answer import Author
from agent.errors import Invalid
from agent.own_token import own_token
from store.people.people import Person
from studio.bubbles import Bubble, thread
from studio.errors import NothingChosen, NotReached
from studio.markup import Html, tag
from studio.roles import allow
from studio.state import Studio
from studio.widgets import clock, note, place
from studio.wiring import Load, event

CUSTOMER = "+5215512345678"
SECONDS = 3.0
UPLOAD_SECONDS = 20.0
KINDS = ["image", "audio", "video", ".pdf", ".docx", ".xlsx", ".pptx", ".csv", ".txt"]
MOST_BYTES = 16 * 1024 * 1024  # Twilio: "Accepted content types for media", WhatsApp


@dataclass(frozen=True)
class Phone:
    """What the customer's phone shows."""

    messages: Sequence[dict[str, Any]] = ()
    problem: str = ""  # the key of a sentence


@allow("agent")
def look(studio: Studio, person: Person, customer: str) -> Phone:
    """Read the phone again; never an error, for this runs every second."""
    if studio.services.usual_channel.is_real(studio.services.settings):
        return Phone(problem="simulator.real")
    try:
        return Phone(_thread(studio, customer))
    except (NotReached, NothingChosen) as error:
        return Phone(problem=error.key)


@allow("agent")
def write(studio: Studio, person: Person, customer: str, text: str) -> Phone:
    """Send *text* as the customer."""
    if not (text or "").strip():
        raise NothingChosen("simulator.write_first")
    _ask(studio, "POST", customer, json={"text": text.strip()})
    return Phone(_thread(studio, customer))


@allow("agent")
def attach(studio: Studio, person: Person, customer: str, text: str, path: str | None) -> Phone:
    """Send a picture, a voice note or a document as the customer, with *text* beside it."""
    if not path:
        raise NothingChosen("simulator.file_first")
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise NothingChosen("simulator.file_big")
        with file.open("rb") as content:
            sent = _ask(studio, "POST", customer, "files", files={"file": (file.name, content)})
    finally:
        file.unlink(missing_ok=True)
    _ask(studio, "POST", customer, json={"text": (text or "").strip(), "media": [sent]})
    return Phone(_thread(studio, customer))


@allow("agent")
def clear(studio: Studio, person: Person, customer: str) -> Phone:
    """Empty the phone. The bot keeps the conversation."""
    _ask(studio, "DELETE", customer)
    return Phone()


def _thread(studio: Studio, customer: str) -> list[dict[str, Any]]:
    return list(_ask(studio, "GET", customer)["messages"])


def _ask(studio: Studio, method: str, customer: str, what: str = "messages", **content: Any) -> Any:
    """Ask the simulator about this customer; *content* is handed to httpx."""
    number = "".join(letter for letter in customer or "" if letter.isdecimal())
    if not 8 <= len(number) <= 15:
        raise NothingChosen("simulator.number")
    address = quote(f"+{number}", safe="")
    port = studio.services.settings.simulator_port
    url = f"http://127.0.0.1:{port}/customers/{address}/{what}"
    seconds = UPLOAD_SECONDS if what == "files" else SECONDS
    try:
        headers = {"Authorization": f"Bearer {own_token(studio.services.settings)}"}
        with httpx.Client(timeout=seconds, trust_env=False, headers=headers) as client:
            answer = client.request(method, url, **content)
            if answer.status_code == 502:
                raise NotReached("simulator.bot_down")
            answer.raise_for_status()
            return answer.json() if answer.content else {}
    except (httpx.HTTPError, Invalid, ValueError) as error:
        raise NotReached("simulator.not_running") from error


def _shown(studio: Studio, phone: Phone) -> Html:
    if phone.problem:
        return note(studio.say(phone.problem))
    if not phone.messages:
        return note(studio.say("simulator.empty"))
    return thread([_bubble(one) for one in phone.messages], ours=(Author.CUSTOMER,))


def _bubble(one: dict[str, Any]) -> Bubble:
    author = Author.CUSTOMER if one["direction"] == "inbound" else Author.AGENT
    return Bubble(author, one["text"], time=clock(one["at"]), media=one["media"])


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    say, timer = studio.say, gr.Timer(1.5)
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=3, min_width=260):
            place(tag("p", say("simulator.help"), class_="as-quiet"))
            customer = gr.Textbox(
                CUSTOMER,
                label=say("simulator.customer"),
                max_length=24,
                info=say("simulator.customer_help"),
            )
            again = gr.Button(say("simulator.clear"))
        with gr.Column(scale=6, min_width=380):
            screen = place(elem_id="phone", elem_classes="as-phone")
            with gr.Row(elem_id="phone-writing"):
                clip = gr.UploadButton(
                    say("simulator.attach"),
                    file_types=KINDS,
                    scale=0,
                    min_width=96,
                    elem_id="phone-clip",
                )
                box = gr.Textbox(
                    show_label=False,
                    placeholder=say("simulator.placeholder"),
                    scale=8,
                    container=False,
                    max_length=1600,
                    elem_id="phone-box",
                )
                send = gr.Button(
                    say("send"), variant="primary", scale=1, min_width=90, elem_id="phone-send"
                )
        gr.Column(scale=3, min_width=200)
    show = partial(_shown, studio)
    gr.on(
        [timer.tick, customer.blur],
        event(studio, look, show),
        customer,
        screen,
        show_progress="hidden",
    )
    load(event(studio, look, show), customer, screen, show_progress="hidden")
    again.click(event(studio, clear, show), customer, screen)
    gr.on(
        [box.submit, send.click],
        event(studio, write, lambda phone: [show(phone), ""]),
        [customer, box],
        [screen, box],
        show_progress="hidden",
    )
    clip.upload(
        event(studio, attach, lambda phone: [show(phone), "", None]),
        [customer, box, clip],
        [screen, box, clip],
    )
