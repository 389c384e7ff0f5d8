"""Files that customers of the simulator sent, kept in memory until newer ones need the room."""

import mimetypes
import threading
from collections import OrderedDict
from dataclasses import dataclass

MOST_BYTES_EACH = 16 * 1024 * 1024  # Twilio: "Accepted content types for media", WhatsApp
MOST_BYTES = 128 * 1024 * 1024  # of all of them


@dataclass(frozen=True)
class SentFile:
    """One file as its customer sent it."""

    id: str
    name: str
    media_type: str
    content: bytes


class SentFiles:
    """Keeps what was sent; the oldest files go when there is no more room."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, SentFile] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, file: SentFile) -> None:
        """Keep *file*."""
        with self._lock:
            self._files[file.id] = file
            while sum(len(one.content) for one in self._files.values()) > MOST_BYTES:
                self._files.popitem(last=False)

    def get(self, file_id: str) -> SentFile | None:
        """Return the file, None when it is unknown or gone."""
        with self._lock:
            return self._files.get(file_id)


def media_type(name: str, told: str) -> str:
    """Return the kind of a file: as the sender told it, else as its name ends."""
    kind = told.partition(";")[0].strip().lower()
    if kind and kind != "application/octet-stream":
        return kind
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
