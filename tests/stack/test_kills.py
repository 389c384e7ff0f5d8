"""Kill -9 of any process, at any moment: nothing lost, nothing answered twice."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.conftest import World, worlds
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

KILLS = (
    "turns",
    "bot",
    "valkey",
    "sweeper",
    "turns",
    "chroma",
    "turns",
    "bot",
    "chores",
    "valkey",
    "turns",
    "studio",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A stack of its own: it will be hurt."""
    yield from worlds(tmp_path / "data")


def test_a_dozen_kills_lose_nothing_and_double_nothing(world: World) -> None:
    customers = [f"whatsapp:+52155{number:08d}" for number in range(60)]
    random_gap = random.Random(7)
    done = threading.Event()

    def write_all() -> None:
        for number, customer in enumerate(customers):
            world.stack.write_until_taken(f"SM{number:032d}", customer, "¿Qué cubre la garantía?")
            done.wait(random_gap.uniform(0.05, 0.6))

    writer = threading.Thread(target=write_all)
    writer.start()
    for part in KILLS:
        world.stack.kill(part)
    writer.join()
    done.set()
    until(lambda: all(world.replies(c) for c in customers), seconds=120, what="every reply")
    world.ask("SM" + "e" * 32, customers[0], "gracias")  # the stack still works
    counts = {customer: len(world.replies(customer)) for customer in customers[1:]}
    assert counts == dict.fromkeys(customers[1:], 1)
    for part in KILLS:
        assert f"{part} died and is started again" in world.stack.log
