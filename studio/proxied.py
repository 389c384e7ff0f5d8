"""What stands before everything else: from whom a request is, and what proxies say about it.

The server itself believes nobody (`proxy_headers` is off). A made-up header from anybody but a
trusted proxy is taken out, so that nothing behind this can believe it either: Gradio builds
addresses from X-Forwarded-Host.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.addresses import Proxies

FORWARDED = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-original-")


class Proxied:
    """ASGI middleware: `scope["client"]` and `scope["scheme"]` are those of the person."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        known = self._known(scope) if scope["type"] == "http" else {}
        await self._app({**scope, **known}, receive, send)

    def _known(self, scope: Scope) -> dict[str, object]:
        peer, port = scope.get("client") or ("", 0)
        headers = Headers(scope=scope)
        seen = self._proxies.seen(
            peer,
            scope["scheme"],
            headers.getlist("x-forwarded-for"),
            headers.get("x-forwarded-proto", ""),
        )
        known: dict[str, object] = {"client": (seen.address, port), "scheme": seen.scheme}
        return known if self._proxies.trust(peer) else known | {"headers": _own(scope["headers"])}


def _own(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if not name.lower().startswith(FORWARDED)]
