"""Reading waits for the vectors' server, which may still be starting."""

import json
import threading

import pytest
from flask import Flask, Response

from agent.settings import Settings
from jobs import ingest
from knowledge.vectors.chroma import ChromaServer
from tests.standins.server import serve


class SlowChroma(Flask):
    """A Chroma that says 503 until it has been asked so often."""

    def __init__(self, until: int) -> None:
        super().__init__("slow_chroma")
        self.until, self.asked, self.lock = until, 0, threading.Lock()
        self.add_url_rule("/<path:path>", view_func=self._list)

    def _list(self, path: str) -> Response:
        with self.lock:
            self.asked += 1
        return Response(json.dumps([]), 503 if self.asked <= self.until else 200)


class Watch:
    """A clock that stands still but for the pauses."""

    def __init__(self) -> None:
        self.now, self.pauses = 0.0, 0

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now, self.pauses = self.now + seconds, self.pauses + 1


def test_what_is_up_is_not_waited_for() -> None:
    watch = Watch()
    ingest.wait_until(lambda: True, watch.clock, watch.pause)
    assert watch.pauses == 0


@pytest.mark.parametrize("tries", [1, 2, 7])
def test_reading_begins_when_the_server_answers(tries: int) -> None:
    watch, chroma = Watch(), SlowChroma(tries)
    with serve(chroma) as url:
        ingest.wait_until(ChromaServer(url).is_up, watch.clock, watch.pause)
    assert (watch.pauses, chroma.asked) == (tries, tries + 1)


def test_nobody_waits_for_ever() -> None:
    watch = Watch()
    ingest.wait_until(ChromaServer("http://127.0.0.1:9").is_up, watch.clock, watch.pause)
    assert ingest.READY_SECONDS <= watch.now < ingest.READY_SECONDS + 1


def test_a_job_of_reading_waits_before_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[bool] = []
    monkeypatch.setattr(ingest, "wait_until", lambda is_up: waited.append(is_up()))
    with serve(SlowChroma(0)) as url:
        ingest._vectors(Settings(_env_file=None, chroma_url=url))
    assert waited == [True]
