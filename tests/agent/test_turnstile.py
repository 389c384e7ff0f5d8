"""The turnstile: few compute at once, and whoever waits makes room."""

import threading

from agent.turnstile import Turnstile


def test_no_more_than_its_places_are_inside() -> None:
    turnstile, inside, most = Turnstile(2), 0, 0
    together = threading.Barrier(2)
    lock = threading.Lock()

    def compute() -> None:
        nonlocal inside, most
        with turnstile.inside():
            with lock:
                inside += 1
                most = max(most, inside)
            together.wait(30)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=compute) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_whoever_waits_outside_makes_room() -> None:
    turnstile = Turnstile(1)
    entered = threading.Event()

    def enter() -> None:
        with turnstile.inside():
            entered.set()

    with turnstile.inside(), turnstile.outside():
        other = threading.Thread(target=enter)
        other.start()
        assert entered.wait(30)
    other.join()


def test_a_thread_that_never_entered_has_nothing_to_give_back() -> None:
    turnstile = Turnstile(1)
    with turnstile.outside(), turnstile.inside():
        pass


def test_whoever_is_outside_already_gives_no_second_place_away() -> None:
    turnstile = Turnstile(1)
    with turnstile.inside(), turnstile.outside(), turnstile.outside():
        pass
    with turnstile.inside():
        pass
