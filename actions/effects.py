"""When customers are told what a source says by now, and readings that wait for a person."""

from actions import notifier, queues
from actions.audited import audited
from actions.services import Services
from agent.actor import INSTALLATION, Actor
from agent.spec import Wording
from knowledge.base import Source
from knowledge.states import Effect as Effect

PAGE = "/studio/knowledge"


def set_effect(services: Services, actor: Actor, source_id: str, effect: Effect) -> None:
    """Choose when customers are told what a source says by now.

    Raises Forbidden, UnknownSource, and NotAccepted for what staff wrote themselves.
    """
    with audited(services, actor, "editor") as note:
        services.sources.set_effect(source_id, effect)
        note("source effect", source_id, effect)


def let_through(services: Services, actor: Actor, source_id: str) -> None:
    """Have a reading that waits for a person searched.

    Raises Forbidden, UnknownSource, and EditConflict when none waits.
    """
    with audited(services, actor, "editor") as note:
        services.sources.get(source_id)
        services.sources.let_through(source_id)
        note("source let_through", source_id)
        services.database.on_commit(lambda: services.wake_up.notify(queues.INGESTION, source_id))


def turn_down(services: Services, actor: Actor, source_id: str) -> None:
    """Stay with what a source said before. Raises as `let_through` does."""
    with audited(services, actor, "editor") as note:
        services.sources.get(source_id)
        services.sources.turn_down(source_id)
        note("source turn_down", source_id)
        services.database.on_commit(lambda: services.wake_up.notify(queues.TIDYING, source_id))


def tell_held(services: Services, source: Source) -> None:
    """Tell editors, once, that a reading waits for one of them."""
    news = notifier.News(
        kind="knowledge",
        key=f"source held {source.id} {source.fence}",
        subject=Wording(
            es=f"Una página dice mucho menos que antes: {source.name}"[:200],
            en=f"A page says much less than before: {source.name}"[:200],
        ),
        text=Wording(
            es="Se volvió a leer y le falta más de la quinta parte. Los clientes siguen oyendo lo "
            "de antes. Mire en Conocimiento si es así, y acepte o rechace la lectura.",
            en="It was read again and more than a fifth is gone. Customers are still told what it "
            "said before. Look on the Knowledge page whether that is right, and accept or refuse.",
        ),
        link=PAGE,
    )
    notifier.alert(services, INSTALLATION, news)
