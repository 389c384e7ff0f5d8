"""Waiting for what happens outside the test's own process, and ports where nobody listens."""

import contextlib
import operator
import socket
from collections.abc import Callable

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.3  # seconds


def until(happened: Callable[[], object], seconds: float = 60, what: str = "it") -> None:
    """Wait for a condition of the outside world, looking often at first, then less so.

    Who looks takes time from what is waited for: on two cores a start has little to spare.
    """
    looking = Retrying(
        retry=retry_if_result(operator.not_),
        wait=wait_exponential(FIRST_PAUSE, LONGEST_PAUSE, exp_base=1.5),
        stop=stop_after_delay(seconds),
    )
    try:
        looking(happened)
    except RetryError:
        raise AssertionError(f"{what} did not happen within {seconds} s") from None


def free_ports(count: int) -> list[int]:
    """Loopback ports nobody uses, all different."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def free_port() -> int:
    """One loopback port nobody uses."""
    return free_ports(1)[0]
