"""Where Twilio, Meta and Chatwoot keep what customers send, each with its own rule of entry."""

import base64
import io
from dataclasses import dataclass, field

from flask import Flask, Response, abort, jsonify, redirect, request
from reportlab.pdfgen.canvas import Canvas
from werkzeug.wrappers import Response as Answer

SID, TOKEN, BEARER = "AC" + "1" * 32, "2" * 32, "EAAfiles"


def one_page(line: str) -> bytes:
    """A PDF that says *line*."""
    made = io.BytesIO()
    canvas = Canvas(made)
    canvas.drawString(72, 700, line)
    canvas.save()
    return made.getvalue()


# One file of each kind: what only has to be of its kind, and a page that can be read.
OGG = b"OggS" + bytes(200)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = one_page("Ficha reducida del remolque, MMA 750 kg.")


@dataclass
class Shelf:
    """The files, and what asked for them."""

    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    bearer: str = BEARER  # Meta's
    missing: int = 0  # so many requests find nothing yet
    sends_to: str = ""  # where the next request is redirected
    asked: list[tuple[str, str]] = field(default_factory=list)  # path, credentials

    def app(self) -> Flask:
        """Return the server."""
        app = Flask(__name__)
        app.add_url_rule(
            f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/<name>", "twilio", self._twilio
        )
        self.put_beside_meta(app)
        self.put_beside_chatwoot(app)
        return app

    def put_beside_meta(self, app: Flask) -> None:
        """Serve the files as Meta does, in the stand-in that takes its sends."""
        app.add_url_rule("/<media_id>", "media_by_id", self._meta)
        app.add_url_rule("/attachments/<name>", "lookaside", self._lookaside)

    def put_beside_chatwoot(self, app: Flask) -> None:
        """Serve the files as Chatwoot does, in the stand-in of its API."""
        app.add_url_rule("/rails/active_storage/<name>", "active_storage", self._chatwoot)

    def _twilio(self, name: str) -> Answer:
        self._note()
        who = request.authorization
        if who is None or (who.username, who.password) != (SID, TOKEN):
            abort(401)
        return self._give(name)

    def _meta(self, media_id: str) -> Answer:
        self._note()
        if request.headers.get("Authorization") != f"Bearer {self.bearer}":
            abort(401)
        return jsonify({"url": f"{request.host_url}attachments/{media_id}", "id": media_id})

    def _lookaside(self, name: str) -> Answer:
        self._note()
        if request.headers.get("Authorization") != f"Bearer {self.bearer}":
            abort(401)
        return self._give(name)

    def _chatwoot(self, name: str) -> Answer:
        self._note()
        if request.headers.get("api_access_token") or request.authorization:
            abort(400)  # nothing secret belongs here
        return self._give(name)

    def _give(self, name: str) -> Answer:
        if self.sends_to:
            return redirect(self.sends_to, 307)
        if self.missing:
            self.missing -= 1
            abort(404)
        if name not in self.files:
            abort(404)
        body, media_type = self.files[name]
        return Response(body, content_type=media_type)

    def _note(self) -> None:
        self.asked.append((request.path, request.headers.get("Authorization", "")))
