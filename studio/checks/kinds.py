"""What each kind of component takes. A value is rebuilt from what its kind knows, or refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from gradio.blocks import Block

from studio.errors import Refused


@dataclass(frozen=True)
class Own:
    """The files that the caller's sign-in uploaded, and the host that it calls."""

    has: Callable[[str], bool]
    host: str


Kind = Callable[[Any, Own], Any]

LARGEST = 2**53  # beyond it JavaScript counts no whole numbers either
MOST_CHOSEN = 1_000
RECORD = frozenset(("path", "url", "meta", "_type", "is_stream"))  # what gives a file record away
_FILE_URL = re.compile(r"(?:https?://([^/]+))?/studio/(?:es|en)/gradio_api/file=(.+)")


def unfit() -> Refused:
    """Return the refusal of a value that is not of its kind."""
    return Refused(422, "refused.unfit")


def text(value: Any, own: Own) -> str | None:
    """Text or nothing."""
    if value is None or isinstance(value, str):
        return value
    raise unfit()


def number(value: Any, own: Own) -> float | None:
    """A number or nothing."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unfit()
    if not abs(value) <= LARGEST:  # so is what is not a number at all
        raise unfit()
    return value


def yes_no(value: Any, own: Own) -> bool | None:
    """Yes, no or nothing."""
    if value is None or isinstance(value, bool):
        return value
    raise unfit()


def choice(value: Any, own: Own) -> str | float | None:
    """One value of a list. Gradio itself checks that it is one of those in the session's list."""
    if isinstance(value, bool):
        return value
    return text(value, own) if isinstance(value, str) else number(value, own)


def choices(value: Any, own: Own) -> list[Any]:
    """Several values of a list."""
    if not isinstance(value, list) or len(value) > MOST_CHOSEN:
        raise unfit()
    return [choice(one, own) for one in value]


def nothing(value: Any, own: Own) -> None:
    """Nothing: what a session keeps (`gr.State`) never comes from the browser."""
    if value is not None:
        raise unfit()


def plain(value: Any, own: Own) -> Any:
    """Any JSON, of which no part is a file record."""
    return _walked(value, own, _no_file)


def files_within(value: Any, own: Own) -> Any:
    """Any JSON, of which each file record is one of this sign-in's own."""
    return _walked(value, own, file)


def file(value: Any, own: Own) -> dict[str, Any] | None:
    """The record of a file that this sign-in uploaded, or nothing.

    Raises Refused, also for a file whose time is over; the person chooses it again.
    """
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(path := value.get("path"), str):
        raise unfit()
    if not _is_route(value.get("url"), path, own.host) or value.get("is_stream"):
        raise unfit()
    if not own.has(path):
        raise Refused(422, "refused.file")
    kept = {key: choice(value.get(key), own) for key in ("orig_name", "size", "mime_type")}
    return {"path": path, **kept, "meta": {"_type": "gradio.FileData"}}


def files(value: Any, own: Own) -> list[dict[str, Any] | None] | None:
    """Several of them, or nothing."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MOST_CHOSEN:
        raise unfit()
    return [file(one, own) for one in value]


def _no_file(value: Any, own: Own) -> None:
    raise unfit()


def _walked(value: Any, own: Own, record: Kind) -> Any:
    if isinstance(value, list):
        return [_walked(one, own, record) for one in value]
    if not isinstance(value, dict):
        return choice(value, own)
    if RECORD & value.keys():
        return record(value, own)
    return {text(key, own): _walked(one, own, record) for key, one in value.items()}


def _is_route(url: Any, path: str, host: str) -> bool:
    """True when the address that comes with a file is none, or ours for that very file."""
    if url is None:
        return True
    if not isinstance(url, str):
        return False
    found = _FILE_URL.fullmatch(url)
    return found is not None and found[1] in (None, host) and unquote(found[2]) == path


KINDS: dict[str, Kind] = {
    "Textbox": text,
    "HTML": text,
    "Markdown": text,
    "Button": text,
    "Code": text,
    "Number": number,
    "Slider": number,
    "Timer": number,
    "Checkbox": yes_no,
    "CheckboxGroup": choices,
    "Radio": choice,
    "Dropdown": choice,
    "DateTime": choice,
    "State": nothing,
    "File": file,
    "UploadButton": file,
}
WITH_FILES = ("Image", "Audio", "Video", "Gallery", "MultimodalTextbox", "ImageEditor")


def kind_of(component: Block) -> Kind:
    """Return what *component* takes; of one that is not known, JSON without any file."""
    names = [one.__name__ for one in type(component).__mro__]
    kind = next((KINDS[name] for name in names if name in KINDS), plain)
    if kind is file and getattr(component, "file_count", "single") != "single":
        return files
    if kind is choice and getattr(component, "multiselect", False):
        return choices
    return files_within if set(WITH_FILES) & set(names) else kind
