"""A hand-off in Chatwoot: a private note, labels, who gets it, and the conversation is open.

Every step may be repeated: the note is looked for before it is written again, labels are added to
those that are there, and an open conversation stays open. So whatever goes wrong, the whole is
tried again. Opening matters most: labels and assignment never stand in its way.
"""

import logging
from collections.abc import Iterable
from typing import Any

from urllib3.exceptions import HTTPError

from agent.settings import Settings
from channels.base import Refused, Sent, Unknown
from channels.chatwoot.client import ChatwootApi, Json, NotAllowed, harmless, refusal
from channels.chatwoot.receive import is_assigned
from channels.connection import failed
from channels.errors import ChannelUnavailable
from store.conversations.outbox import OutboxMessage

log = logging.getLogger(__name__)

NOBODY = 0  # Chatwoot's dashboard sends it for "None"
NOTE_ID = "bot_note_id"  # in a note's content attributes: the outbox row's number
FEW_ATTEMPTS = 3  # then a hand-off without its labels is good enough


class Handoff:
    """Hands conversations of one account to its people."""

    def __init__(self, settings: Settings, api: ChatwootApi) -> None:
        self._api = api
        parts = (part.strip() for part in settings.chatwoot_handoff_labels.split(","))
        self._labels = [part for part in parts if part]
        self._team = settings.chatwoot_handoff_team_id
        self._assignee = settings.chatwoot_handoff_assignee_id

    def carry_out(self, outgoing: OutboxMessage) -> Sent | Refused:
        """Do what is left of it. What is unknown is `Refused` for a while: repeating is safe."""
        here = f"/conversations/{outgoing.customer_address}"
        if outgoing.attempts == 1 or self._note(outgoing) is None:
            problem = self._post(f"{here}/messages", _note(outgoing), outgoing)
            if problem is not None and problem.again_in is not None:
                return problem
        extras = [self._label(here, outgoing), *self._assign(here, outgoing)]
        problem = self._post(f"{here}/toggle_status", {"status": "open"}, outgoing)
        if problem is not None:
            return problem
        late = next((one for one in extras if one is not None and one.again_in is not None), None)
        if late is not None and outgoing.attempts < FEW_ATTEMPTS:
            return late
        return Sent(f"handoff-{outgoing.id}", "sent")

    def take_back(self, outgoing: OutboxMessage) -> Sent | Refused:
        """Make the conversation the bot's again: nobody's, and pending."""
        here = f"/conversations/{outgoing.customer_address}"
        try:
            shown = self._api.conversation(outgoing.customer_address)
        except NotAllowed:  # then the status must do
            shown = {}
        except ChannelUnavailable as error:
            return Refused(str(error), again_in=0.0)
        problem = None
        if is_assigned(shown):  # first: pending and still somebody's would be theirs again
            problem = self._post(f"{here}/assignments", {"assignee_id": NOBODY}, outgoing)
        if problem is None:
            problem = self._post(f"{here}/toggle_status", {"status": "pending"}, outgoing)
        return problem or Sent(f"handback-{outgoing.id}", "sent")

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Return what shows that all of it was done. Raises ChannelUnavailable."""
        is_open = self._api.conversation(outgoing.customer_address).get("status") != "pending"
        if not is_open or self._note(outgoing) is None:
            return None
        return Sent(f"handoff-{outgoing.id}", "sent")

    def _note(self, outgoing: OutboxMessage) -> Json | None:
        try:
            return written_as(self._api.messages(outgoing.customer_address), NOTE_ID, outgoing.id)
        except ChannelUnavailable:  # two notes are better than none
            return None

    def _label(self, here: str, outgoing: OutboxMessage) -> Refused | None:
        if not self._labels:
            return None
        try:
            found = self._api.get(f"{here}/labels")
        except NotAllowed as error:  # before 4.14 a bot may not, and adding would replace
            log.warning("labels left as they are: %s", error)
            return None
        except ChannelUnavailable as error:
            return Refused(str(error), again_in=0.0)
        kept = found.get("payload") if isinstance(found, dict) else None
        labels = list(dict.fromkeys([*(kept or ()), *self._labels]))
        return self._post(f"{here}/labels", {"labels": labels}, outgoing)

    def _assign(self, here: str, outgoing: OutboxMessage) -> Iterable[Refused | None]:
        for name, number in (("team_id", self._team), ("assignee_id", self._assignee)):
            if number.isdigit():
                yield self._post(f"{here}/assignments", {name: int(number)}, outgoing)

    def _post(self, path: str, body: dict[str, Any], outgoing: OutboxMessage) -> Refused | None:
        """Return what is wrong, or None. A step that nobody can tell of is due again."""
        try:
            reply = self._api.post(path, body)
        except HTTPError as error:
            problem: Refused | Unknown = failed(error, "Chatwoot")
        else:
            if 200 <= reply.status < 300:
                return None
            problem = refusal(reply, outgoing.attempts)
        step = path.rpartition("/")[2]
        log.warning("hand-off step failed step=%s outbox=%s", step, outgoing.id)
        if isinstance(problem, Unknown):
            return Refused(problem.error, again_in=0.0)
        return problem


def written_as(messages: Iterable[Json], name: str, number: int) -> Json | None:
    """Return the message whose content attributes say that it is our row *number*."""
    for message in messages:
        attributes = message.get("content_attributes")
        if isinstance(attributes, dict) and str(attributes.get(name, "")) == str(number):
            return message
    return None


def _note(outgoing: OutboxMessage) -> dict[str, Any]:
    # A customer's words must not mention a colleague: Chatwoot would notify them.
    words = harmless(outgoing.body).replace("mention://", "mention: //")
    return {
        "content": words,
        "message_type": "outgoing",
        "private": True,
        "content_type": "text",
        "content_attributes": {NOTE_ID: str(outgoing.id)},
    }
