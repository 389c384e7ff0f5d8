"""What a connection that failed says of a send: surely not taken, or nobody can tell."""

import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from agent.text import storable
from channels.base import Refused, Unknown

CERTIFICATE_SECONDS = 300.0  # somebody has to renew a certificate, or set a clock


def failed(error: HTTPError, provider: str) -> Refused | Unknown:
    """Tell a connection that never stood from one that broke, which decides a repetition."""
    kind = type(error).__name__
    if isinstance(error, NewConnectionError | ConnectTimeoutError):
        return Refused(f"{provider} cannot be reached ({kind}).", again_in=0.0)
    if isinstance(error, SSLError) and any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in (*error.args, error.__cause__)
    ):
        return Refused(
            f"{provider}'s certificate cannot be verified.", again_in=CERTIFICATE_SECONDS
        )
    return Unknown(f"The connection to {provider} broke ({kind}).")


def origin_of(url: str) -> str:
    """Return scheme://host[:port] of *url*; "" for what has none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.scheme and parts.hostname else ""


def fields_of(answer: BaseHTTPResponse) -> dict[str, Any]:
    """Return the JSON object in *answer*; empty when it holds anything else."""
    try:
        body = storable(json.loads(answer.data))
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
