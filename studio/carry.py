"""Agents carried from one installation to another: packed into a file's text, and unpacked."""

from actions import bundle, packing
from actions.bundle import Bundle
from agent.errors import Invalid
from knowledge.ingest.curated import Curated
from knowledge.ingest.indexing import Align, Alignment
from store.agents.agents import Agent
from studio.errors import BadFile
from studio.state import Studio

LARGEST = 4 * bundle.LARGEST  # bytes
# The sentences of `actions.bundle.read`, by how they begin.
TOLD = {
    "That file is too large": "carry.large",
    "That file is not readable": "carry.yaml",
    "That file does not hold": "carry.other",
}


def curated_of(studio: Studio) -> Curated:
    """Return where curated answers are kept."""
    return Curated(studio.services.database, aligned(studio))


def aligned(studio: Studio) -> Align:
    """Return what brings the vector of a chunk to what staff made of it, at once."""
    services = studio.services
    return Alignment(services.database, services.embedders, studio.answering.vectors).align


def pack(studio: Studio, agent: Agent) -> str:
    """Return an agent as a file's text: draft, curated answers and test cases."""
    return packing.pack(studio.services, agent)


def unpack(data: bytes) -> Bundle:
    """Return what a file holds. Raises BadFile."""
    try:
        return bundle.read(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadFile("carry.yaml") from None
    except bundle.Unreadable as error:
        raise BadFile("carry.field", field=error.field) from None
    except Invalid as error:
        key = next(key for start, key in TOLD.items() if str(error).startswith(start))
        raise BadFile(key) from None
