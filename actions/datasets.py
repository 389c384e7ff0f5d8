"""Datasets: the cases that an agent is asked, and who may change them."""

from collections.abc import Sequence

from pydantic import ValidationError

from actions.audited import audited
from actions.services import Services
from agent.actor import Actor
from agent.cases import Case, plain
from agent.errors import Invalid
from store.evaluation.datasets import Added, Source
from store.states import CaseOrigin, CaseState


def make(services: Services, actor: Actor, agent_id: str, name: str) -> str:
    """Make an empty dataset; return its id. Raises Forbidden, NotFound or Invalid."""
    with audited(services, actor, "editor") as note:
        services.store.agents.get(agent_id)
        made = services.store.datasets.make(agent_id, name, actor.name)
        note("dataset made", made, name)
    return made


def archive(services: Services, actor: Actor, dataset_id: str, archived: bool = True) -> None:
    """Put a dataset away, or take it back. Raises Forbidden or NotFound."""
    with audited(services, actor, "editor") as note:
        services.store.datasets.archive(services.store.datasets.get(dataset_id).id, archived)
        note("dataset archived" if archived else "dataset unarchived", dataset_id)


def add(
    services: Services,
    actor: Actor,
    dataset_id: str,
    cases: Sequence[Case],
    origin: CaseOrigin = CaseOrigin.STAFF,
    conversation_id: int | None = None,
) -> Added:
    """Add cases, each in the place of one that asks the same. Raises Forbidden, NotFound, Invalid.

    *conversation_id*: whose words they hold, so that erasing that customer erases them, too.
    """
    source = Source(actor.name, origin, CaseState.APPROVED, conversation_id)
    with audited(services, actor, "editor") as note:
        added = services.store.datasets.add(dataset_id, cases, source)
        note("cases added", dataset_id, f"{len(added.ids)} {origin}")
    return added


def add_question(
    services: Services, actor: Actor, agent_id: str, question: str, contains: str, source: str
) -> str:
    """Keep one question in the agent's own dataset, with what its answer holds a line and the
    source it cites; return the case's id. Raises Forbidden, NotFound or Invalid.
    """
    try:
        case = plain(question, contains, source)
    except ValidationError:
        raise Invalid("A test case needs a question of at most 4,000 characters.") from None
    with audited(services, actor, "editor") as note:
        services.store.agents.get(agent_id)
        tests = services.store.datasets.tests(agent_id, actor.name)
        [made] = services.store.datasets.add(tests.id, [case], Source(actor.name)).ids
        note("case added", agent_id)
    return made


def add_own(
    services: Services, actor: Actor, agent_id: str, cases: Sequence[Case], origin: CaseOrigin
) -> Added:
    """Add cases to the agent's own dataset. Raises Forbidden, NotFound or Invalid."""
    with audited(services, actor, "editor"):
        services.store.agents.get(agent_id)
        tests = services.store.datasets.tests(agent_id, actor.name)
        return add(services, actor, tests.id, cases, origin)


def propose(
    services: Services,
    actor: Actor,
    dataset_id: str,
    cases: Sequence[Case],
    origin: CaseOrigin,
    conversation_id: int | None = None,
) -> Added:
    """Propose cases, which count once somebody has approved them. Raises as `add` does."""
    source = Source(actor.name, origin, CaseState.PROPOSED, conversation_id)
    with audited(services, actor, "agent") as note:
        added = services.store.datasets.add(dataset_id, cases, source)
        note("cases proposed", dataset_id, f"{len(added.ids)} {origin}")
    return added


def approve(services: Services, actor: Actor, case_ids: Sequence[str]) -> int:
    """Let proposed cases of one dataset count; return its version. Raises Forbidden, NotFound."""
    with audited(services, actor, "editor") as note:
        version = services.store.datasets.approve(case_ids)
        note("cases approved", services.store.datasets.case(case_ids[0]).dataset_id, str(version))
    return version


def replace(services: Services, actor: Actor, case_id: str, case: Case) -> str:
    """Put *case* in the place of another; return its id. Raises Forbidden, NotFound or Invalid."""
    with audited(services, actor, "editor") as note:
        old = services.store.datasets.case(case_id)
        if old.case == case and old.removed_in is None:
            return old.id
        source = Source(actor.name, old.origin, old.state, old.conversation_id)
        services.store.datasets.remove([case_id])
        [made] = services.store.datasets.add(old.dataset_id, [case], source).ids
        note("case changed", old.dataset_id, case_id)
    return made


def remove(services: Services, actor: Actor, case_ids: Sequence[str]) -> str:
    """Take cases of one dataset out, or refuse proposed ones; return the dataset's id.

    Raises Forbidden or NotFound.
    """
    with audited(services, actor, "editor") as note:
        found = [services.store.datasets.case(case_id) for case_id in case_ids]
        services.store.datasets.remove(case_ids)
        dataset_id = found[0].dataset_id
        note("cases removed", dataset_id, str(len(found)))
    return dataset_id
