"""What a webhook can end in, as it is stored."""

from store.conversations.customers import NumberChange
from store.conversations.inbox import Inbound
from store.conversations.outbox import Report
from store.conversations.owners import Echo, OwnerChange

Event = Inbound | Report | Echo | OwnerChange | NumberChange
