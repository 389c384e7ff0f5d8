"""Agents carried from one installation to another: packed into a file's text, and unpacked."""

from actions import bundle
from actions.bundle import Bundle
from agent.errors import Invalid
from knowledge.ingest.curated import Curated
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
    services = studio.services
    return Curated(services.database, services.embedders, studio.answering.vectors)


def pack(studio: Studio, agent: Agent) -> str:
    """Return an agent as a file's text: draft, curated answers and test cases."""
    names = {base.id: base.name for base in studio.services.sources.bases()}
    known = [base_id for base_id in agent.draft.knowledge.bases if base_id in names]
    written = [one for base_id in known for one in curated_of(studio).of(base_id)]
    return Bundle(
        agent=agent.draft,
        bases=tuple(names[base_id] for base_id in known),
        curated=tuple(bundle.Curated(question=one.question, answer=one.answer) for one in written),
        cases=tuple(
            bundle.TestCase(question=one.question, expected=one.expected, source=one.source)
            for one in studio.services.store.cases.of(agent.id)
        ),
    ).to_yaml()


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
