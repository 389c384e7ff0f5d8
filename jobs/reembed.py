"""A chore on knowledge: embed a base anew, in a forked, limited child."""

from actions.services import open_services
from agent.settings import Settings
from knowledge.ingest.reembed import Reembedding
from knowledge.vectors.chroma import Vectors


def run(base_id: str) -> None:
    """Bring a base to the embedding model it was asked to have."""
    settings = Settings()
    services = open_services(settings)
    vectors = Vectors(settings.chroma_in_force)
    try:
        Reembedding(services.rebuilds, services.database, vectors, services.embedders).run(base_id)
    finally:
        services.database.close()
