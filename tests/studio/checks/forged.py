"""Values that no page sends: files of the machine, addresses, records within other values."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

META = {"_type": "gradio.FileData"}
SPECIAL = (
    "/proc/self/environ",
    "/etc/passwd",
    "/etc/shadow",
    "/dev/zero",
    "/proc/self/fd/0",
    "../studio.db",
    "file:///etc/passwd",
    "~/.bashrc",
    "",
)


def records(data_dir: Path, url: str) -> list[dict[str, Any]]:
    """File records, in every spelling that Gradio 6.31 reads."""
    named = [*(str(data_dir / name) for name in ("studio.db", ".env", "secret.txt")), *SPECIAL, url]
    return [
        *({"path": path, "meta": META} for path in named),
        {"path": str(data_dir / "secret.txt"), "url": url, "meta": META, "is_stream": True},
        {
            "path": str(data_dir / "secret.txt"),
            "orig_name": "a.svg",
            "mime_type": "image/svg+xml",
            "size": 1,
            "meta": META,
        },
        {"path": str(data_dir / "secret.txt"), "meta": {**META, "x": [1]}},
        {"path": url, "url": url, "meta": META},
        {"url": url},
        {"path": str(data_dir / "secret.txt")},
    ]


def values(data_dir: Path, url: str) -> Iterator[Any]:
    """Those records, alone and within lists, objects, tables and updates of components."""
    secret = {"path": str(data_dir / "secret.txt"), "meta": META}
    yield from records(data_dir, url)
    yield [secret]
    yield [[[[secret]]]]
    yield {"value": secret}
    yield {"value": {"value": [secret]}, "__type__": "update"}
    yield {"headers": ["a"], "data": [[secret]], "metadata": None}
    yield {"text": "hola", "files": [secret]}
    yield [{"role": "user", "content": secret}]
    yield {json.dumps(secret): secret}


def texts(data_dir: Path, url: str) -> Iterator[str]:
    """Those records as text: a text field may hold them, and nobody may read them out of it."""
    for record in records(data_dir, url):
        yield json.dumps(record)
    yield json.dumps([[records(data_dir, url)]])
