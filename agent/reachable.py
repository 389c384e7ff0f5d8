"""Whether the store of vectors answers, asked without the library that talks to it."""

import urllib3
from urllib3.exceptions import HTTPError

SECONDS = 1.0


def vectors_answer(chroma: str) -> bool:
    """Whether the Chroma at the address *chroma* answers now, within SECONDS."""
    try:
        answer = urllib3.request(
            "GET", f"{chroma}/api/v2/heartbeat", timeout=SECONDS, retries=False, redirect=False
        )
    except HTTPError:
        return False
    return bool(answer.status == 200)
