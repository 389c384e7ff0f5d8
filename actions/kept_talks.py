"""Conversations that took place become cases: one is kept, or those worth it are proposed.

The cases remember whose words they hold: who erases that customer erases them, too.
"""

import time

from actions.audited import audited
from actions.datasets import add, propose
from actions.services import Services
from agent import talk_case
from agent.actor import Actor
from agent.cases import Case, plain
from agent.errors import Invalid, NotFound
from store.evaluation.datasets import Added
from store.states import CaseOrigin

DAY = 86_400.0
MOST_MESSAGES = 400  # of one conversation
MOST_TALKS = 200


def keep(services: Services, actor: Actor, conversation_id: int) -> Added:
    """Keep a conversation as a case of the agent that answered there.

    Raises Forbidden, NotFound, and Invalid where the customer wrote nothing.
    """
    with audited(services, actor, "editor") as note:
        agent_id = services.store.talks.agent_of(conversation_id)
        if agent_id is None:
            raise NotFound("No agent has answered in this conversation.")
        lines = services.store.conversations.thread(conversation_id, limit=MOST_MESSAGES)
        case = talk_case.whole(lines)
        if case is None:
            raise Invalid("The customer has written nothing here.")
        tests = services.store.datasets.tests(agent_id, actor.name)
        added = add(services, actor, tests.id, [case], CaseOrigin.INBOX, conversation_id)
        note("conversation kept", str(conversation_id), agent_id)
    return added


def collect(services: Services, actor: Actor, agent_id: str, days: float = 7) -> int:
    """Propose what people answered after a hand-off, and what nothing was found for, in the last
    *days*; return how many wait for approval then. What was refused is not proposed again.

    Raises Forbidden or NotFound.
    """
    since = time.time() - days * DAY
    with audited(services, actor, "agent"):
        services.store.agents.get(agent_id)
        tests = services.store.datasets.tests(agent_id, actor.name)
        talks = services.store.talks
        for conversation_id in talks.answered_by_people(agent_id, since, MOST_TALKS):
            lines = services.store.conversations.thread(conversation_id, limit=MOST_MESSAGES)
            cases = talk_case.answered(lines)
            _propose(services, actor, tests.id, cases, CaseOrigin.HANDOFF, conversation_id)
        for conversation_id, question in talks.missed(agent_id, since, MOST_TALKS):
            missed = [plain(question[: talk_case.LONGEST_LINE])]
            _propose(services, actor, tests.id, missed, CaseOrigin.MISS, conversation_id)
        return len(services.store.datasets.proposed(tests.id))


def _propose(
    services: Services,
    actor: Actor,
    dataset_id: str,
    cases: list[Case],
    origin: CaseOrigin,
    conversation_id: int,
) -> None:
    if cases:
        propose(services, actor, dataset_id, cases, origin, conversation_id)
