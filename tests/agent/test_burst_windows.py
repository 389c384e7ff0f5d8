"""What windows for bursts would have done with recorded customers."""

import random

from agent.burst_windows import WINDOWS, Pace, suggested, tried

HALVES = Pace([0.0, 4.0], answer_seconds=2.0, answer_cost=0.01)


def test_two_halves_of_a_thought_are_answered_twice_by_a_short_window() -> None:
    short, *_, long = tried([HALVES])
    assert (short.quiet_seconds, short.turns, short.answered_twice) == (0.0, 2, 1)
    assert (long.quiet_seconds, long.turns, long.answered_twice) == (10.0, 1, 0)
    assert (short.seconds_waited, long.seconds_waited) == (0.0, 10.0)
    assert (short.cost, long.cost) == (0.02, 0.01)


def test_the_shortest_window_that_keeps_thoughts_together_is_suggested() -> None:
    paces = [Pace([n * 1e4, n * 1e4 + 3.5], 2.0) for n in range(40)]
    assert suggested(tried(paces)) == 4.0


def test_customers_who_write_one_message_need_no_window() -> None:
    assert suggested(tried([Pace([n * 1e4]) for n in range(40)])) == 0.0


def test_few_turns_suggest_nothing() -> None:
    assert suggested(tried([HALVES] * 5)) is None
    assert suggested([]) is None


def test_a_longer_window_never_makes_more_turns_and_every_message_is_answered() -> None:
    dice = random.Random(14)
    for _ in range(300):
        at, written = 0.0, []
        for _ in range(dice.randint(1, 12)):
            at += dice.choice((0.125, 1, 3, 7, 60))
            written.append(at)
        found = tried([Pace(written)], longest_wait=1e9)
        assert [one.quiet_seconds for one in found] == list(WINDOWS)
        turns = [one.turns for one in found]
        assert turns == sorted(turns, reverse=True)
        assert turns[0] == len(written)
        assert all(one.seconds_waited == one.turns * one.quiet_seconds for one in found)
