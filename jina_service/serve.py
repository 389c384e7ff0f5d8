"""The framework's processes: a gateway and an Executor with dynamic batching."""

from jina import Flow

from jina_service.executor import Embedder
from jina_service.fetch import fetch
from jina_service.gateway import Gateway
from jina_service.orphans import die_with_parent
from jina_service.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    flow = Flow(env={"JINA_OPTOUT_TELEMETRY": "1"}).config_gateway(
        uses=Gateway,
        uses_with={"model": settings.model, "key": settings.key},
        host=settings.host,
        port=settings.port,
        protocol="http",
    )
    flow = flow.add(
        name="embedder",
        host="127.0.0.1",  # its own port is for the gateway alone
        uses=Embedder,
        uses_with={
            "folder": str(settings.folder),
            "model_file": settings.model_file,
            "threads": settings.threads,
        },
        uses_dynamic_batching={
            "/embed": {"preferred_batch_size": settings.batch, "timeout": settings.wait_ms}
        },
    )
    with flow:
        print(f"serving {settings.model} on port {settings.port}", flush=True)
        flow.block()


if __name__ == "__main__":
    die_with_parent()
    in_force = Settings.from_environment()
    fetch(in_force)
    serve(in_force)
