"""An agent packed into a file's text: its draft, curated answers and test cases."""

from collections.abc import Sequence

from actions import bundle
from actions.bundle import Bundle
from actions.curated import answers_of
from actions.services import Services
from store.agents.agents import Agent
from store.evaluation.datasets import KeptCase


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
        tests=tuple(one.case for one in _tests(services, agent))[: bundle.MOST_TESTS],
    ).to_yaml()


def _tests(services: Services, agent: Agent) -> Sequence[KeptCase]:
    own = services.store.datasets.own(agent.id)
    return services.store.datasets.cases(own.id) if own else ()
