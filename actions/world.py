"""What a check before a release has to know of the installation, read from its stores."""

from actions.checks import BaseState, World
from actions.services import Services
from agent.spec import Spec
from knowledge.base import Base
from knowledge.states import READ, UNREAD, SourceState


def world_of(services: Services, spec: Spec) -> World:
    """Return what is known of the installation and of the bases that *spec* looks into."""
    known = {base.id: base for base in services.sources.bases()}
    chosen = [known[base_id] for base_id in spec.knowledge.bases if base_id in known]
    return World(services.settings, services.channels, [_state(services, base) for base in chosen])


def _state(services: Services, base: Base) -> BaseState:
    sources = services.sources.list(base.id)
    states = [source.state for source in sources]
    return BaseState(
        base.id,
        base.name,
        passages=base.passages,
        unfinished=sum(state in UNREAD for state in states),
        failed=states.count(SourceState.FAILED),
        noticed=[one.name for one in sources if one.notices and one.state in READ],
        tables=services.sources.rows(base.id),
    )
