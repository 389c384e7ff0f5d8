"""Shares that run: how both sides of each do, and the end of those that settle themselves.

Computed by a worker once a minute, so that whoever shows it reads plain values.
"""

import logging

from actions.services import Services
from actions.shares import settle
from agent.share_comparison import compared, is_worse

log = logging.getLogger(__name__)


def look(services: Services) -> bool:
    """Compare both sides of one share that is due. False when none is."""
    share = services.store.shares.to_compare()
    if share is None:
        return False
    old, new = services.store.shares.met(share)
    sides = compared(old, new)
    found = {"old": len(old), "new": len(new), "measures": [one.as_json() for one in sides]}
    services.store.shares.keep(share.id, found)
    if share.settles_after and len(new) >= share.settles_after:
        settle(services, share, is_worse(sides))
        log.info("share settled share=%s", share.id)
    return True
