"""The Simulator page against the real simulator and a bot that says yes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from bot.simulator.app import create_simulator
from studio.errors import NotAllowed, NothingChosen, NotReached
from studio.pages import simulator
from studio.state import Studio
from tests.standins.server import serve
from tests.studio.conftest import Caller, House, free_port


@pytest.fixture
def clerk() -> Caller:
    return Caller("agent@example.com")


@pytest.fixture
def connected(house: House) -> Iterator[Studio]:
    """A studio whose simulator is up; the bot behind it takes everything."""
    bot = Flask("bot")
    bot.add_url_rule("/webhooks/twilio", view_func=lambda: "", methods=["POST"])
    with serve(bot) as url:
        app = create_simulator("AC1", "token", f"{url}/webhooks/twilio", "+14155238886")
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
