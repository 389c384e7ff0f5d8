"""A reply that WhatsApp refused only after the provider had taken it becomes a template.

A provider that answers at once is heard by `jobs.deliver`; this is the same decision for what a
status callback tells later (Meta 131047, Twilio 63016, and through Chatwoot).
"""

import logging
from collections.abc import Sequence

from actions import queues
from actions.services import Services
from channels.templates import late
from store.conversations.outbox import Report
from store.conversations.window import send_as_template, too_late

log = logging.getLogger(__name__)


def send_again(services: Services, channel: str, reports: Sequence[Report]) -> None:
    """Have what came too late sent as the template of *channel*; else staff see it as it is."""
    for one in too_late(services.database, reports):
        template = late(services.settings, services.channels[channel], one.body)
        if template and send_as_template(services.database, one, template):
            log.info("late reply becomes a template outbox=%s", one.id)
            services.wake_up.notify(queues.DELIVERY, one.conversation_id)
