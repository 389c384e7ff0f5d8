"""The Simulator page against the real simulator and a bot that says yes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from agent.own_token import own_token
from simulator.app import create_simulator
from studio.errors import NotAllowed, NothingChosen, NotReached
from studio.pages import simulator
from studio.state import Studio
from tests.standins.server import serve
from tests.studio.conftest import Caller, House
from tests.waiting import free_port


@pytest.fixture
def clerk() -> Caller:
    return Caller("agent@example.com")


@pytest.fixture
def connected(house: House) -> Iterator[Studio]:
    """A studio whose simulator is up; the bot behind it takes everything."""
    bot = Flask("bot")
    bot.add_url_rule("/webhooks/twilio", view_func=lambda: "", methods=["POST"])
    with serve(bot) as url:
        known, webhook = house.services.settings, f"{url}/webhooks/twilio"
        app = create_simulator("AC1", "x", webhook, "+14155238886", token=own_token(known))
        with serve(app) as address:
            yield at_port(house, int(address.rpartition(":")[2]))


def at_port(house: House, port: int) -> Studio:
    """A studio that looks for the simulator at *port*."""
    settings = house.services.settings.model_copy(update={"simulator_port": port})
    return Studio(replace(house.services, settings=settings), house.answering, "es")


def test_what_is_written_appears_on_the_phone(connected: Studio, clerk: Caller) -> None:
    phone = simulator.write(connected, clerk, "+52 1 55 1234 5678", " Hola ")
    assert [one["text"] for one in phone.messages] == ["Hola"]
    assert simulator.look(connected, clerk, "+5215512345678") == phone
    simulator.clear(connected, clerk, "+5215512345678")
    assert simulator.look(connected, clerk, "+5215512345678").messages == []


def test_a_file_is_sent_and_leaves_nothing_behind(
    connected: Studio, clerk: Caller, tmp_path: Path
) -> None:
    photo = tmp_path / "golpe.png"
    photo.write_bytes(b"a picture")
    phone = simulator.attach(connected, clerk, simulator.CUSTOMER, "Mire", str(photo))
    [message] = phone.messages
    assert (message["text"], message["media"][0]["name"]) == ("Mire", "golpe.png")
    assert message["media"][0]["media_type"] == "image/png"
    assert not photo.exists()


def test_a_file_that_whatsapp_would_refuse_is_not_sent(
    connected: Studio, clerk: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator, "MOST_BYTES", 3)
    film = tmp_path / "largo.mp4"
    film.write_bytes(b"long")
    with pytest.raises(NothingChosen, match=r"simulator\.file_big"):
        simulator.attach(connected, clerk, simulator.CUSTOMER, "", str(film))
    assert simulator.look(connected, clerk, simulator.CUSTOMER).messages == []


def test_a_simulator_that_is_not_there_is_a_sentence(house: House, clerk: Caller) -> None:
    studio = at_port(house, free_port())
    assert simulator.look(studio, clerk, "+5215512345678").problem == "simulator.not_running"
    with pytest.raises(NotReached):
        simulator.write(studio, clerk, "+5215512345678", "hola")


@pytest.mark.parametrize("number", ["", "12", "+52/../../x", "9" * 40])
def test_only_numbers_reach_the_simulator(studio: Studio, clerk: Caller, number: str) -> None:
    with pytest.raises(NothingChosen):
        simulator.write(studio, clerk, number, "hola")


def test_viewers_do_not_write_as_customers(studio: Studio, viewer: Caller) -> None:
    with pytest.raises(NotAllowed):
        simulator.write(studio, viewer, "+5215512345678", "hola")
