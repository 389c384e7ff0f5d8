"""A part that dies is back at once; one that cannot live is tried ever less often."""

from datetime import datetime
from pathlib import Path

import pytest
from honcho.printer import Message

from jobs.supervisor import LONGEST_PAUSE, STEADY_SECONDS, Supervisor


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor()


def test_a_part_that_has_lived_for_a_while_is_started_again_at_once(supervisor: Supervisor) -> None:
    supervisor._started_at["turns"] = 100.0
    assert supervisor._pause("turns", 100.0 + STEADY_SECONDS + 1) == 0


def test_a_part_that_dies_young_waits_longer_each_time(supervisor: Supervisor) -> None:
    supervisor._started_at["turns"] = 100.0
    pauses = [supervisor._pause("turns", 101.0) for _ in range(6)]
    assert pauses == [1, 2, 4, 8, LONGEST_PAUSE, LONGEST_PAUSE]


def test_after_a_steady_life_it_is_trusted_again(supervisor: Supervisor) -> None:
    supervisor._started_at["turns"] = 100.0
    assert [supervisor._pause("turns", at) for at in (101.0, 102.0, 200.0)] == [1, 2, 0]


def test_a_part_that_cannot_live_is_named_with_how_often_and_its_last_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "chroma.log"
    log.write_text("starting\n" * 9_000 + "Error: the index is broken\n\n")
    supervisor = Supervisor({"chroma": log})
    supervisor._started_at["chroma"] = supervisor._started_at["turns"] = 100.0
    supervisor._words.write(message("turns", b"redis://:secreto@127.0.0.1 is away\n"))
    for at in (101.0, 102.0, 103.0):
        for name in ("chroma", "turns"):
            supervisor._pause(name, at)
    said = capsys.readouterr().out
    assert said.count("died and is started again") == 4
    assert "chroma died 3 times in a row and is started again in 4 s" in said
    assert "Its last words: Error: the index is broken" in said
    assert "Its last words: redis://***@127.0.0.1 is away" in said
    supervisor._pause("chroma", 200.0)
    assert capsys.readouterr().out.strip().endswith("chroma died and is started again")


def message(name: str, data: bytes) -> Message:
    return Message(type="line", data=data, time=datetime.now(), name=name, colour=None)
