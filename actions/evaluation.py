"""Test cases of an agent, and how it did on them."""

from collections.abc import Sequence

from actions.audited import audited
from actions.services import Services
from agent.actor import Actor
from agent.evaluation import Evaluation
from agent.spec import Spec
from store.agents.cases import Case


def add_case(
    services: Services, actor: Actor, agent_id: str, question: str, expected: str, source: str
) -> str:
    """Keep a test case; return its id. Raises Forbidden, NotFound or Invalid."""
    with audited(services, actor, "editor") as note:
        services.store.agents.get(agent_id)
        made = services.store.cases.add(agent_id, question, actor.name, expected, source)
        note("case added", agent_id)
    return made


def remove_case(services: Services, actor: Actor, case_id: str) -> str:
    """Remove a test case; return its agent. Raises Forbidden or NotFound."""
    with audited(services, actor, "editor") as note:
        agent_id = services.store.cases.get(case_id).agent_id
        services.store.cases.remove(case_id)
        note("case removed", agent_id)
    return agent_id


def keep_evaluation(
    services: Services,
    actor: Actor,
    agent_id: str,
    spec: Spec,
    cases: Sequence[Case],
    evaluation: Evaluation,
) -> None:
    """Keep how *spec* did on *cases*. Raises Forbidden or NotFound."""
    with audited(services, actor, "agent") as note:
        services.store.agents.get(agent_id)
        services.store.evaluations.keep(agent_id, spec, cases, evaluation, actor.name)
        note("agent tested", agent_id, f"{evaluation.passed}/{len(evaluation.results)}")
