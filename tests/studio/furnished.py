"""A whole stack with a month of a shop's life in it, for screenshots and measurements by hand."""

import io
import math
import random
import struct
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import httpx
import yaml
from PIL import Image, ImageDraw
from sqlalchemy import update

from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.actor import Role
from agent.cases import plain
from agent.invented import SAMPLES
from agent.settings import Settings
from store.evaluation.datasets import Source
from store.people.passwords import hashed
from store.tables import outbox
from tests.many import Past, insert_past
from tests.stack.running import Running
from tests.standins.files import one_page
from tests.waiting import until

EMAIL, PASSWORD = "admin@localhost", "una frase segura 7"
WITHOUT_TWILIO = dict.fromkeys(
    ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_BASE_URL", "PUBLIC_BASE_URL"), ""
)
PEOPLE: tuple[tuple[str, Role, str], ...] = (
    ("lucia@ruedaclara.example", "editor", "Lucía Bravo"),
    ("omar@ruedaclara.example", "agent", "Omar Téllez"),
    ("vero@ruedaclara.example", "viewer", "Verónica Paz"),
)
FAMILIES = ("Núñez", "Ortega", "Rosas", "Ibarra", "Téllez", "Bravo", "Luna", "Cano", "Peña", "Vega")
FAILURES = (
    ("63016", "More than 24 hours have passed."),
    ("63024", "Invalid recipient."),
    ("63018", "Rate limit exceeded."),
    ("63003", "Not on WhatsApp."),
)


@dataclass(frozen=True)
class Furnished:
    """The stack, and its stores from outside."""

    stack: Running
    services: Services

    @property
    def sofia(self) -> str:
        """The id of the sample agent that answers."""
        return _sofia(self.services)

    @property
    def studio(self) -> str:
        """The studio's address."""
        return f"http://127.0.0.1:{self.stack.ports[1]}"

    def phone(self, number: str, what: str = "messages") -> str:
        """The simulator's address of one customer."""
        port = self.stack.ports[2]
        return f"http://127.0.0.1:{port}/customers/{quote(number, safe='')}/{what}"

    def customer(self) -> httpx.Client:
        """What a customer's phone asks with."""
        return httpx.Client(timeout=60, trust_env=False, headers=self.stack.key)

    def write(self, number: str, name: str, text: str, *files: tuple[str, bytes]) -> None:
        """Write as a customer through the simulator, and wait for the reply."""
        with self.customer() as client:
            media = [
                client.post(self.phone(number, "files"), files={"file": file}).json()
                for file in files
            ]
            before = self._replies(client, number)
            message = {"text": text, "name": name, "media": media}
            client.post(self.phone(number), json=message).raise_for_status()
            until(lambda: self._replies(client, number) > before, what=f"a reply to {text!r}")

    def _replies(self, client: httpx.Client, number: str) -> int:
        messages = client.get(self.phone(number)).json()["messages"]
        return sum(one["direction"] == "outbound" for one in messages)


@contextmanager
def furnished(folder: Path) -> Iterator[Furnished]:
    """Start a stack with the samples in it and live a while; it is stopped in the end."""
    with started(folder) as house:
        _people(house.services)
        _past(house.services)
        _versions(house.services)
        _cases(house.services)
        _today(house)
        _failures(house.services)
        house.services.store.tours.keep(
            EMAIL, replace(house.services.store.tours.of(EMAIL), hidden=True)
        )
        yield house


@contextmanager
def started(folder: Path) -> Iterator[Furnished]:
    """Start a stack with the samples in it, read, and one administrator."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    stack = Running(data, "", more=WITHOUT_TWILIO | {"ADMIN_PASSWORD_HASH": hashed(PASSWORD)})
    stack.start()
    services = open_services(Settings(_env_file=None, data_dir=data), SilentWakeUp())
    try:
        until(lambda: "is ready" in stack.log, 180, "the welcome")
        until(lambda: _all_read(services), 180, "the reading of the samples")
        yield Furnished(stack, services)
    finally:
        stack.stop()
        services.database.close()


def _all_read(services: Services) -> bool:
    bases = services.sources.bases()
    states = {one.state for base in bases for one in services.sources.list(base.id)}
    return states == {"ready"}


def _people(services: Services) -> None:
    for email, role, name in PEOPLE:
        services.store.people.add(email, role, name)


def _sofia(services: Services) -> str:
    return next(one.id for one in services.store.agents.list() if one.name == "Sofía")


def _past(services: Services) -> None:
    """A month of customers who asked what the samples' own questions ask."""
    talk: list[tuple[str, str, str]] = []
    ids: dict[str, str] = {}
    for base in services.sources.bases():
        ids |= {source.name: source.id for source in services.sources.list(base.id)}
    known = yaml.safe_load((SAMPLES / "autos" / "questions.yaml").read_text(encoding="utf-8"))
    for one in known:
        talk.append(
            (one["question"], f"Según nuestros documentos: {one['expect']}.", one["source"])
        )
    versions = [
        services.store.agents.versions(agent.id)[0].id for agent in services.store.agents.list()
    ]
    past = Past(
        versions,
        random.Random(3),
        time.time() - 7200,
        days=28,
        rounds=3,
        talk=talk,
        source_ids=ids,
        waiting=0,
        family_names=FAMILIES,
    )
    insert_past(services.database, past, 240)


def _versions(services: Services) -> None:
    """Sofía was released twice more, and her draft has changed since."""
    sofia, address = _sofia(services), services.settings.twilio_address
    draft = services.store.agents.get(sofia).draft
    for note, tone in (
        ("Más breve, a petición de ventas", draft.tone.replace("Frases cortas", "Dos frases")),
        ("Sin emojis", draft.tone.partition(" Un emoji")[0] + " Sin emojis."),
        ("", draft.tone.partition(" Un emoji")[0] + " Sin emojis ni exclamaciones."),
    ):
        spec = services.store.agents.get(sofia).draft.model_copy(update={"tone": tone})
        revision = services.store.agents.get(sofia).revision
        services.store.agents.save_draft(sofia, spec, revision, PEOPLE[0][0])
        if note:
            services.store.agents.release_draft(sofia, "twilio", address, PEOPLE[0][0], note)


def _cases(services: Services) -> None:
    sofia = _sofia(services)
    for question, expected, source in (
        ("¿Qué garantía tienen los autos?", "3 meses o 3,000 km", "garantia.pdf"),
        ("¿La garantía cubre el aire acondicionado?", "compresor", "garantia.pdf"),
        ("¿El precio publicado es final?", "final", ""),
        ("¿Rentan camionetas por día?", "", ""),
    ):
        tests = services.store.datasets.tests(sofia, PEOPLE[0][0]).id
        case = plain(question, expected, source)
        services.store.datasets.add(tests, [case], Source(PEOPLE[0][0]))


def _today(house: Furnished) -> None:
    """Customers who write now; the bot answers them as it would anybody."""
    carla, luis, marta, ivan = (f"+52155100200{n}" for n in (1, 2, 3, 4))
    house.write(carla, "Carla Núñez", "Hola, ¿qué garantía tienen los autos?")
    house.write(carla, "Carla Núñez", "¿Y la garantía cubre el aire acondicionado?")
    house.write(
        luis,
        "Luis Ortega",
        "Así quedó la puerta, ¿lo cubre la garantía?",
        ("puerta.jpg", picture()),
    )
    house.write(luis, "Luis Ortega", "", ("nota.wav", voice()))
    house.write(luis, "Luis Ortega", "Y esta es mi factura", ("factura.pdf", document()))
    house.write(ivan, "Iván Rosas", "¿Venden refacciones para un tractor?")
    house.write(marta, "Marta Ibarra", "¿Cuánto cuesta ampliar la garantía un año más?")
    house.write(marta, "Marta Ibarra", "Mejor quiero hablar con una persona, por favor")
    conversation = house.services.store.conversations.page(limit=1)[0].id
    house.services.store.notes.add(conversation, "Ya compró en 2024; tratarla con cariño.", EMAIL)


def _failures(services: Services) -> None:
    """A few answers of the past never arrived."""
    with services.database.write() as tx:
        for place, (code, words) in enumerate(FAILURES):
            tx.execute(
                update(outbox)
                .where(outbox.c.id == 40 + place * 31)
                .values(state="dead", status="", error_code=code, error=words)
            )


def picture() -> bytes:
    """A door with a dent, as well as a few shapes can tell."""
    image = Image.new("RGB", (480, 320), "#9fb4c4")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((60, 60, 420, 300), 24, fill="#7a1f1f", outline="#4d1010", width=6)
    draw.rectangle((90, 76, 390, 150), fill="#cfe2ea", outline="#4d1010", width=5)
    draw.rounded_rectangle((330, 180, 390, 196), 8, fill="#d9d9d9")
    draw.ellipse((150, 200, 260, 270), fill="#5c1414")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def voice() -> bytes:
    """Two seconds of a tone."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        tones = (int(9000 * math.sin(n / 6)) for n in range(16_000))
        sound.writeframes(b"".join(struct.pack("<h", one) for one in tones))
    return out.getvalue()


def document() -> bytes:
    """An invoice of one page."""
    return one_page("Factura 1182. Nissan Versa 2021, 229,000 pesos.")
