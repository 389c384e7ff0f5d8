"""Which contacts are the same customer: what consent and erasure go by."""

from typing import Any

from sqlalchemy import Select, and_, select

from store.tables import contacts


def everyone(contact_id: Any) -> Select[int]:
    """The contacts that are the same customer as *contact_id*, that one too."""
    me, one = contacts.alias(), contacts.alias()
    same = and_(me.c.channel == one.c.channel, me.c.customer == one.c.customer)
    return select(one.c.id).join(me, same).where(me.c.id == contact_id)
