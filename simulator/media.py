"""Files that customers send: taken from their phone, handed to the bot as Twilio does it.

Twilio: "Media resource". A file's address stands in the webhook; only the account may fetch it.
"""

import hmac
import uuid

from flask import Blueprint, Response, request

from simulator.files import SentFile, SentFiles, media_type


def media(account: tuple[str, str], files: SentFiles) -> Blueprint:
    """Return the routes: a customer's file in, the account's download out."""
    blueprint = Blueprint("media", __name__)
    sid, token = account

    @blueprint.post("/customers/<address>/files")
    def upload(address: str) -> tuple[dict[str, str], int]:
        given = request.files.get("file")
        content = given.read() if given else b""
        if given is None or not content:
            return {"error": "Send one file that is not empty, as the form's field `file`."}, 422
        name = given.filename or "file"
        file = SentFile(f"ME{uuid.uuid4().hex}", name, media_type(name, given.mimetype), content)
        files.put(file)
        base = f"{request.host_url}2010-04-01/Accounts/{sid}"
        url = f"{base}/Messages/MM{file.id[2:]}/Media/{file.id}"
        return {"url": url, "media_type": file.media_type, "name": file.name}, 201

    @blueprint.get("/2010-04-01/Accounts/<owner>/Messages/<message>/Media/<file_id>")
    def download(owner: str, message: str, file_id: str) -> Response:
        given = request.authorization
        user, password = (given.username or "", given.password or "") if given else ("", "")
        if not hmac.compare_digest(f"{user}:{password}".encode(), f"{sid}:{token}".encode()):
            return Response(status=401)
        file = files.get(file_id) if owner == sid else None
        if file is None:
            return Response(status=404)
        return Response(file.content, content_type=file.media_type)

    return blueprint
