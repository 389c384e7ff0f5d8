"""What the tables say is what was measured."""

from pathlib import Path

from simulator.faults import Faults
from tests.chaos.processes import MIB, Weight, weigh, zombies
from tests.chaos.sides import LateMeta
from tests.chaos.soak import Sample, complaints, first_and_last
from tests.chaos.timeline import begun_at, tried_at
from tests.standins.meta import Taken


def samples(*sizes: int) -> list[Sample]:
    """One part that weighs so many MiB, minute by minute."""
    return [
        Sample(60.0 * n, {"bot": Weight(size * MIB, size * MIB, 20, 5)}, 0, 10, 0)
        for n, size in enumerate(sizes)
    ]


def test_growth_is_counted_from_the_end_of_the_warm_up() -> None:
    warm = samples(50, 80, *[100] * 10)
    assert first_and_last(warm, "bot", lambda one: one.rss) == (100 * MIB, 100 * MIB)
    assert complaints(warm, 10, 10) == []


def test_what_grows_by_more_than_a_tenth_is_named() -> None:
    assert complaints(samples(*range(100, 160, 5)), 10, 10) == ["bot grew from 110 to 155 MiB."]


def test_keys_that_stay_are_named() -> None:
    assert complaints(samples(*[100] * 12), 10, 31) == ["Valkey keeps 31 keys, it had 10."]


def test_a_process_weighs_something_and_a_missing_one_nothing() -> None:
    me = weigh([int(Path("/proc/self").readlink().name)])
    assert me.rss >= me.pss > MIB
    assert me.files > 2
    assert weigh([2**22 + 1]) == Weight()
    assert zombies(2**22 + 1) == 0


def test_a_reply_was_first_tried_when_its_last_part_was() -> None:
    one, two = "n1 parte 1 de 2", "n1 parte 2 de 2"
    tried = [(1.0, "ana", one), (5.0, "ana", one), (6.0, "ana", two), (9.0, "ana", two)]
    assert tried_at(tried) == {("ana", 1): 6.0}
    assert begun_at(tried) == {("ana", 1): 1.0}


def test_a_second_meta_send_is_excused_only_while_no_callback_was_acknowledged() -> None:
    def taken(name: str, at: float) -> Taken:
        return Taken(name, {"to": "52155", "type": "text", "text": {"body": "n1"}}, at)

    meta = LateMeta(faults=Faults())
    meta.taken += [taken("a", 1.0), taken("b", 9.0)]
    assert [one.id for one in meta.excused()] == ["b"]
    meta.heard["a"] = 12.0
    assert [one.id for one in meta.excused()] == ["b"]
    meta.heard["a"] = 8.0
    assert meta.excused() == []
