"""What Gradio reads from the environment, and when: at its import. So this runs before it."""

import os
from pathlib import Path

QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",  # it keeps every call, customers' words too, in the browser
    "GRADIO_SSR_MODE": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SHARE": "False",
    # Gradio 6.31 would sum up its last 10,000 events with pandas after every single one.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    "GRADIO_ANALYTICS_MAX_EVENTS": "100",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}


def prepare(data_dir: Path) -> None:
    """Switch off what would call home, and give uploads a folder nobody else reads."""
    uploads = (data_dir / "uploads").resolve()
    uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update(QUIET, GRADIO_TEMP_DIR=str(uploads))
