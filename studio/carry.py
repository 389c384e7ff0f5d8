"""Agents carried from one installation to another: packed into a file's text, and unpacked."""

from agent import bundle
from agent.bundle import Bundle
from agent.errors import Invalid
from agent.store.agents import Agent
from agent.store.people import Person
from knowledge.curated import Curated
from studio.errors import BadFile
from studio.state import Studio

LARGEST = 4 * bundle.LARGEST  # bytes
# The sentences of `agent.bundle.read`, by how they begin.
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
            for one in studio.services.cases.of(agent.id)
        ),
    ).to_yaml()


def unpack(studio: Studio, person: Person, data: bytes) -> str:
    """Make an agent of a file; return its id. Raises BadFile."""
    held = _read(data)
    services = studio.services
    known = {base.name: base.id for base in services.sources.bases()}
    spec = held.spec(known)
    if held.curated and not spec.knowledge.bases:
        base_id = _base_for(studio, person, spec.brand or spec.name, set(known))
        knowledge = spec.knowledge.model_copy(update={"bases": (base_id,)})
        spec = spec.model_copy(update={"knowledge": knowledge})
    agent_id = services.agents.create(spec, person.email)
    for case in held.cases:
        services.cases.add(agent_id, case.question, person.email, case.expected, case.source)
    _curate(studio, person, held, spec.knowledge.bases)
    return agent_id


def _curate(studio: Studio, person: Person, held: Bundle, bases: tuple[str, ...]) -> None:
    """Add the answers that none of *bases* has yet."""
    if not held.curated:
        return
    curated = curated_of(studio)
    there = {(one.question, one.answer) for base_id in bases for one in curated.of(base_id)}
    for one in held.curated:
        if (one.question, one.answer) not in there:
            curated.add(bases[0], one.question, one.answer, person.email)


def _base_for(studio: Studio, person: Person, name: str, taken: set[str]) -> str:
    number = 2
    wanted = name
    while wanted in taken:
        wanted, number = f"{name} {number}", number + 1
    embeddings = studio.services.embedders.default()
    return studio.services.sources.create_base(wanted, person.email, *embeddings)


def _read(data: bytes) -> Bundle:
    try:
        return bundle.read(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadFile("carry.yaml") from None
    except bundle.Unreadable as error:
        raise BadFile("carry.field", field=error.field) from None
    except Invalid as error:
        key = next(key for start, key in TOLD.items() if str(error).startswith(start))
        raise BadFile(key) from None
