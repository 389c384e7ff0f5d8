"""An agent packed into a file's text: its draft, curated answers and test cases."""

from actions import bundle
from actions.bundle import Bundle
from actions.curated import answers_of
from actions.services import Services
from store.agents.agents import Agent


def pack(services: Services, agent: Agent) -> str:
    """Return the text. Reading only: nothing is noted, and no secret is in it."""
    names = {base.id: base.name for base in services.sources.bases()}
    known = [base_id for base_id in agent.draft.knowledge.bases if base_id in names]
    curated = answers_of(services)
    written = [one for base_id in known for one in curated.of(base_id)]
    return Bundle(
        agent=agent.draft,
        bases=tuple(names[base_id] for base_id in known),
        curated=tuple(bundle.Curated(question=one.question, answer=one.answer) for one in written),
        cases=tuple(
            bundle.TestCase(question=one.question, expected=one.expected, source=one.source)
            for one in services.store.cases.of(agent.id)
        ),
    ).to_yaml()
