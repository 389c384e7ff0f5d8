"""JSON as this process reads and writes it: every text in a body is storable from the start."""

from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from agent.text import storable


class StorableJson(DefaultJSONProvider):
    """Flask's own JSON; halves of characters are mended and NUL is left out as it is read."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read *s*. Raises ValueError."""
        return storable(super().loads(s, **kwargs))


def use_storable_json(app: Flask) -> None:
    """Have every body of *app* read so."""
    app.json = StorableJson(app)
