"""Fetches the model to this machine at the first start; later starts find it there."""

import sys

from huggingface_hub import snapshot_download

from jina_service.settings import Settings


def fetch(settings: Settings) -> None:
    """Have the model in its folder. Raises OSError or huggingface_hub's errors when it cannot."""
    wanted = ["tokenizer.json", settings.model_file, settings.model_file + "_data"]
    if all((settings.folder / name).is_file() for name in wanted[:2]):
        return
    print(f"fetching {settings.repository} (about 650 MB, once)", file=sys.stderr, flush=True)
    snapshot_download(
        settings.repository,
        revision=settings.revision,
        local_dir=settings.folder,
        allow_patterns=wanted,
    )
