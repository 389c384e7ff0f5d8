"""Services with some of their parts changed, wherever those stand."""

import dataclasses

from actions.services import Services


def changed(services: Services, **parts: object) -> Services:
    """Return *services* with *parts* in place of theirs: settings, a wake-up, or any store."""
    own = {field.name for field in dataclasses.fields(Services)}
    stores = {name: part for name, part in parts.items() if name not in own}
    store = dataclasses.replace(services.store, **stores)  # type: ignore[arg-type]
    rest = {name: part for name, part in parts.items() if name in own}
    return dataclasses.replace(services, **{"store": store, **rest})  # type: ignore[arg-type]
