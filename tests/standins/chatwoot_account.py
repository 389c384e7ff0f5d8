"""One Chatwoot account in memory: conversations, what people do in them, and webhooks about it.

Shapes and rules are Chatwoot 4.14's. Webhooks wait in a line until `deliver` is called (or a
thread of `deliver_in_background` does); they are genuinely signed, and as unreliable as wished.
"""

import hashlib
import hmac
import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = range(4)
KINDS = ("incoming", "outgoing", "activity", "template")
ACCOUNT = {"id": 3, "name": "Autos Demo"}
BOT = {"id": 4, "name": "Bot", "avatar_url": "", "type": "agent_bot"}
PERSON = {"id": 2, "name": "Bia", "email": "bia@example.com", "type": "user"}
ATTEMPTS = 3  # of an agent bot's webhook, on 429 and 500 only

Json = dict[str, Any]
Post = Callable[[bytes, dict[str, str]], int]  # returns the status; 0: nobody there, or too slow


@dataclass
class Message:
    """One message, an activity or a private note."""

    id: int
    kind: int
    content: str | None
    sender: Json | None
    created_at: float
    private: bool = False
    content_type: str = "text"
    attributes: Json = field(default_factory=dict)
    source_id: str | None = None
    attachments: list[Json] = field(default_factory=list)
    template: Json | None = None  # what WhatsApp is sent instead of the content


@dataclass
class Conversation:
    """One conversation; `id` is its number within the account."""

    id: int
    inbox_id: int
    channel: str
    customer: str
    phone: str
    status: str = "pending"
    assignee: Json | None = None
    labels: list[str] = field(default_factory=list)
    team_id: int | None = None
    messages: list[Message] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """What the customer was told."""
        return [str(m.content) for m in self.messages if m.kind == OUTGOING and not m.private]

    @property
    def notes(self) -> list[str]:
        """What only people see."""
        return [str(m.content) for m in self.messages if m.private]


class Account:
    """Everything that people, customers and the API do to one account."""

    def __init__(
        self,
        post: Post,
        secret: str = "",
        is_agent_bot: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.conversations: dict[int, Conversation] = {}
        self.is_agent_bot = is_agent_bot  # else: an account webhook, sent once, whatever happens
        self.is_dropped: Callable[[], bool] = lambda: False
        self.dropped = self.failed = 0
        self.lock = threading.RLock()
        self.clock = clock
        self.post, self._secret = post, secret
        self._line: deque[tuple[Conversation, Json]] = deque()
        self._ids = 90_000

    # --- what people do

    def open_conversation(
        self, channel: str = "Channel::Whatsapp", inbox_id: int = 7, phone: str = "+5511987654321"
    ) -> Conversation:
        """A customer is there; nothing is written yet."""
        with self.lock:
            number = 118 + len(self.conversations)
            made = Conversation(number, inbox_id, channel, "Ana Souza", phone)
            self.conversations[number] = made
            return made

    def customer_writes(self, here: Conversation, text: str | None, **more: Any) -> Message:
        """A customer writes; a resolved conversation is the bot's again."""
        if here.status == "resolved":
            self.change(here, "pending")
        contact = {
            "id": 440,
            "name": here.customer,
            "phone_number": here.phone,
            "email": None,
            "identifier": None,
            "blocked": False,
        }
        return self.add(
            here, INCOMING, text, contact, source_id=f"wamid.{uuid.uuid4().hex}", **more
        )

    def person_writes(self, here: Conversation, text: str, private: bool = False) -> Message:
        """Somebody of the team writes in the dashboard. The status stays what it is."""
        return self.add(here, OUTGOING, text, PERSON, private=private)

    def phone_writes(self, here: Conversation, text: str) -> Message:
        """Somebody writes in the WhatsApp app of the business."""
        return self.add(here, OUTGOING, text, None, attributes={"external_echo": True})

    def assign(self, here: Conversation, person: Json | None = PERSON) -> None:
        """Give the conversation to a person, or to nobody."""
        with self.lock:
            here.assignee = person
            self._event("conversation_updated", here)

    def change(self, here: Conversation, status: str) -> None:
        """Change the status; no news when it is the same."""
        with self.lock:
            if here.status == status:
                return
            before, here.status = here.status, status
            self.add(here, ACTIVITY, f"Conversation was marked {status}", None)
            self._event(
                "conversation_status_changed",
                here,
                changed_attributes=[
                    {"status": {"previous_value": before, "current_value": status}}
                ],
            )

    def fail(self, message: Message, error: str) -> None:
        """WhatsApp did not take a message after all."""
        message.attributes = {**message.attributes, "external_error": error}
        self._about(message, "message_updated")

    def take(self, message: Message) -> None:
        """WhatsApp took a message."""
        message.source_id = f"wamid.{message.id}"
        self._about(message, "message_updated")

    def add(
        self, here: Conversation, kind: int, content: str | None, sender: Json | None, **more: Any
    ) -> Message:
        """Store a message and tell of it."""
        with self.lock:
            self._ids += 1
            made = Message(self._ids, kind, content, sender, self.clock(), **more)
            here.messages.append(made)
            if kind != ACTIVITY:
                self._line.append((here, self.webhook_of(here, made)))
            return made

    def _about(self, message: Message, event: str) -> None:
        here = next(c for c in self.conversations.values() if message in c.messages)
        self._line.append((here, {**self.webhook_of(here, message), "event": event}))

    def _event(self, event: str, here: Conversation, **more: Any) -> None:
        self._line.append((here, {**self.shown(here), "event": event, "account": ACCOUNT, **more}))

    # --- what it looks like

    def shown(self, here: Conversation, of_api: bool = False) -> Json:
        """A conversation as webhooks show it, or as the API does."""
        contact = {"id": 440, "name": here.customer, "phone_number": here.phone, "type": "contact"}
        chat = [m for m in here.messages if m.kind != ACTIVITY]
        meta: Json = {"sender": contact, "hmac_verified": False, "team": None}
        if here.assignee or not of_api:
            meta["assignee"] = here.assignee
        at = int(here.messages[-1].created_at) if here.messages else 0
        last = [self.nested(here, chat[-1])] if chat else []
        common: Json = {
            "id": here.id,
            "inbox_id": here.inbox_id,
            "status": here.status,
            "can_reply": True,
            "labels": here.labels,
            "messages": last,
            "meta": meta,
            "last_activity_at": at,
            "timestamp": at,
            "unread_count": 1,
            "additional_attributes": {},
            "custom_attributes": {},
        }
        if of_api:
            meta["channel"] = here.channel
            last_id = last[0] if last else None
            return {**common, "account_id": ACCOUNT["id"], "last_non_activity_message": last_id}
        meta["assignee_type"] = {"user": "User", "agent_bot": "AgentBot"}.get(
            (here.assignee or {}).get("type", "")
        )
        contact_inbox = {
            "id": 512,
            "inbox_id": here.inbox_id,
            "pubsub_token": "pT0kEn",
            "source_id": here.phone.strip("+"),
        }
        return {**common, "channel": here.channel, "contact_inbox": contact_inbox}

    def nested(self, here: Conversation, message: Message) -> Json:
        """A message as the API shows it: kinds are numbers, times are seconds."""
        sender = message.sender
        if sender and message.kind == INCOMING:
            sender = {**sender, "type": "contact"}
        shown = {
            "id": message.id,
            "content": message.content,
            "inbox_id": here.inbox_id,
            "conversation_id": here.id,
            "message_type": message.kind,
            "created_at": int(message.created_at),
            "private": message.private,
            "status": "sent",
            "source_id": message.source_id,
            "content_type": message.content_type,
            "content_attributes": message.attributes,
        }
        if sender:
            shown["sender"] = sender
        return shown | ({"attachments": message.attachments} if message.attachments else {})

    def webhook_of(self, here: Conversation, message: Message) -> Json:
        """A message as webhooks show it: kinds are words."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(message.created_at))
        shown = {
            "account": ACCOUNT,
            "additional_attributes": {},
            "content": message.content,
            "content_attributes": message.attributes,
            "content_type": message.content_type,
            "conversation": self.shown(here),
            "created_at": stamp,
            "id": message.id,
            "inbox": {"id": here.inbox_id, "name": "Vendas"},
            "private": message.private,
            "message_type": KINDS[message.kind],
            "sender": message.sender,
            "source_id": message.source_id,
            "event": "message_created",
        }
        return shown | ({"attachments": message.attachments} if message.attachments else {})

    # --- webhooks

    def deliver(self) -> int:
        """Post every webhook that waits; return how many were posted."""
        posted = 0
        while self._line:
            here, body = self._line.popleft()
            if self.is_dropped():
                self.dropped += 1
                continue
            posted += 1
            self._deliver(here, body)
        return posted

    def deliver_in_background(self, stop: threading.Event) -> None:
        """Deliver from a thread until *stop*."""

        def work() -> None:
            while not stop.wait(0.02):
                self.deliver()

        threading.Thread(target=work, daemon=True, name="chatwoot").start()

    def _deliver(self, here: Conversation, body: Json) -> None:
        raw = json.dumps(body, ensure_ascii=False).translate(
            {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
        )  # Rails' to_json
        for _ in range(ATTEMPTS if self.is_agent_bot else 1):
            status = self.post(raw.encode(), self.headers(raw.encode()))
            if status not in (429, 500):
                break
        if 200 <= status < 300:
            return
        self.failed += 1
        if self.is_agent_bot and here.status == "pending":
            self.change(here, "open")

    def headers(self, raw: bytes) -> dict[str, str]:
        """What comes with *raw*: before 4.12, without a secret, nothing."""
        found = {"Content-Type": "application/json", "X-Chatwoot-Delivery": str(uuid.uuid4())}
        if self._secret:
            at = str(int(self.clock()))
            signed = hmac.new(self._secret.encode(), f"{at}.".encode() + raw, hashlib.sha256)
            found["X-Chatwoot-Timestamp"] = at
            found["X-Chatwoot-Signature"] = f"sha256={signed.hexdigest()}"
        return found
