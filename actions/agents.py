"""Agents: make, save, copy, carry in, put away."""

from actions.audited import audited
from actions.bundle import Bundle
from actions.curated import CuratedAnswers
from actions.services import Services
from actions.sources import free_base_name, new_base
from agent.actor import Actor
from agent.errors import Invalid
from agent.spec import Spec
from channels.web import API
from store.evaluation.datasets import Source

NAME_LENGTH = 80


def create(services: Services, actor: Actor, spec: Spec) -> str:
    """Make an agent with *spec* as its draft; return its id.

    Raises Forbidden, and Invalid when *spec* names a base that is not there.
    """
    with audited(services, actor, "editor") as note:
        _refuse_unknown_bases(services, set(spec.knowledge.bases))
        agent_id = services.store.agents.create(spec, actor.name)
        note("agent created", agent_id, spec.name)
    return agent_id


def create_answering(services: Services, actor: Actor, spec: Spec) -> str:
    """Make an agent that answers on its own API address at once; return its id.

    One with a bar stays a draft: no experiment has shown yet that it reaches it.
    """
    with audited(services, actor, "editor") as note:
        agent_id = create(services, actor, spec)
        if spec.bar:
            return agent_id
        services.store.agents.release_draft(agent_id, API.name, agent_id, actor.name)
        note("agent released", agent_id, API.name)
    return agent_id


def save(services: Services, actor: Actor, agent_id: str, spec: Spec, revision: int) -> int:
    """Replace the draft that was read at *revision*; return the new revision.

    Raises Forbidden, NotFound, EditConflict when somebody saved in between, and Invalid when
    *spec* newly names a base that is not there.
    """
    with audited(services, actor, "editor") as note:
        before = services.store.agents.get(agent_id).draft.knowledge.bases
        _refuse_unknown_bases(services, set(spec.knowledge.bases) - set(before))
        saved = services.store.agents.save_draft(agent_id, spec, revision, actor.name)
        note("agent saved", agent_id, f"revision {saved}")
    return saved


def duplicate(services: Services, actor: Actor, agent_id: str, name: str) -> str:
    """Make an agent of another one's draft, under *name*; return its id."""
    with audited(services, actor, "editor") as note:
        draft = services.store.agents.get(agent_id).draft
        copy = draft.model_copy(update={"name": name[:NAME_LENGTH]})
        made = services.store.agents.create(copy, actor.name)
        note("agent duplicated", made, f"from {agent_id}")
    return made


def archive(services: Services, actor: Actor, agent_id: str) -> None:
    """Put an agent away. Raises Invalid while it answers on a number."""
    with audited(services, actor, "editor") as note:
        services.store.agents.archive(services.store.agents.get(agent_id).id)
        for share in services.store.shares.of(agent_id):
            services.store.shares.withdraw(share.id, actor.name)
        note("agent archived", agent_id)


def unarchive(services: Services, actor: Actor, agent_id: str) -> None:
    """Take an agent back."""
    with audited(services, actor, "editor") as note:
        services.store.agents.archive(services.store.agents.get(agent_id).id, archived=False)
        note("agent unarchived", agent_id)


def bring(
    services: Services, curated: CuratedAnswers, actor: Actor, held: Bundle, file: str
) -> str:
    """Make an agent of what a file held, with its cases and curated answers; return its id."""
    with audited(services, actor, "editor") as note:
        spec = _with_base(services, actor, held)
        agent_id = services.store.agents.create(spec, actor.name)
        if held.every_case:
            tests = services.store.datasets.tests(agent_id, actor.name)
            services.store.datasets.add(tests.id, held.every_case, Source(actor.name))
        _curate(curated, actor, held, spec.knowledge.bases)
        note("agent imported", agent_id, file)
    return agent_id


def _refuse_unknown_bases(services: Services, named: set[str]) -> None:
    if named and not named <= {base.id for base in services.sources.bases()}:
        raise Invalid("knowledge.bases names a knowledge base that does not exist.")


def _with_base(services: Services, actor: Actor, held: Bundle) -> Spec:
    """Return the file's spec over the bases here; curated answers need at least one."""
    known = {base.name: base.id for base in services.sources.bases()}
    spec = held.spec(known)
    if not held.curated or spec.knowledge.bases:
        return spec
    base_id = new_base(services, actor, free_base_name(known, spec.brand or spec.name))
    knowledge = spec.knowledge.model_copy(update={"bases": (base_id,)})
    return spec.model_copy(update={"knowledge": knowledge})


def _curate(curated: CuratedAnswers, actor: Actor, held: Bundle, bases: tuple[str, ...]) -> None:
    """Add the answers that none of *bases* has yet."""
    there = {(one.question, one.answer) for base in bases for one in curated.of(base)}
    for one in held.curated:
        if (one.question, one.answer) not in there:
            curated.add(bases[0], one.question, one.answer, actor.name)
