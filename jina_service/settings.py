"""What differs between installations of this service, read from the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

MODEL = "jina-embeddings-v2-base-es"


@dataclass(frozen=True)
class Settings:
    """One installation. `from_environment` names the variables."""

    host: str  # where the gateway listens
    port: int
    model: str  # the name callers give
    repository: str  # where the operator's machine fetches it from
    revision: str
    model_file: str
    folder: Path  # where it is kept
    key: str  # empty: whoever reaches the port may ask
    batch: int  # texts the model is given at once
    wait_ms: int  # how long a batch waits to be filled
    threads: int

    @classmethod
    def from_environment(cls) -> "Settings":
        """The settings in force; every one has a default."""
        model = os.environ.get("MODEL_NAME") or MODEL
        return cls(
            host=os.environ.get("HOST") or "127.0.0.1",
            port=int(os.environ.get("PORT") or 8500),
            model=model,
            repository=os.environ.get("MODEL_REPOSITORY") or f"jinaai/{model}",
            revision=os.environ.get("MODEL_REVISION") or "main",
            model_file=os.environ.get("MODEL_FILE") or "onnx/model.onnx",
            folder=Path(os.environ.get("MODEL_DIR") or "models") / model,
            key=os.environ.get("SERVICE_KEY") or "",
            batch=int(os.environ.get("BATCH") or 32),
            wait_ms=int(os.environ.get("BATCH_WAIT_MS") or 10),
            threads=int(os.environ.get("THREADS") or 0),
        )
