"""The API's conversations: read, taken over, answered, handed back."""

import time
from collections.abc import Callable
from typing import Annotated, Any

from flask import Response, g, send_file
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from actions import conversations as acts
from actions.services import Services
from bot.access import View, needs
from bot.bodies import Body, Out
from bot.lists import BY_MOMENT, BY_NUMBER, List, Listed, Page, newest_first
from bot.schemas import AgentId, AnyChannel, ProblemOut, id_of, number_of
from store.conversations.conversation_list import Filters, Summary
from store.states import Owner

CONVERSATIONS = Tag(name="conversations", description="Read them, and speak in them")
HELD: Any = {409: ProblemOut}
LONGEST_PAUSE = 30 * 86_400  # seconds
Json = dict[str, Any]
Email = Annotated[str, Field(max_length=200, description="empty: nobody")]


class ConversationPath(Body):
    """The conversation's number in the address."""

    conversation_id: Annotated[int, number_of("conversation")]


class FilePath(Body):
    """The file's id in the address."""

    file_id: Annotated[str, id_of("file")]


class ConversationsQuery(Page):
    """Which conversations are listed."""

    search: str = Field("", max_length=200, description="in names, addresses and what was written")
    owner: Owner | None = None
    channel: AnyChannel | None = None
    agent: AgentId | None = Field(None, description="the id of the agent that answers there now")
    assigned_to: str = Field("", max_length=200, description="an e-mail address")
    unanswered: bool = False
    undelivered: bool = False

    @property
    def filters(self) -> Filters:
        """The same in the store's words."""
        return Filters(
            self.search,
            self.owner,
            self.channel or "",
            self.agent or "",
            self.assigned_to,
            self.unanswered,
            self.undelivered,
        )


class TakenFromIn(Body):
    """Who is known to have the conversation."""

    taken_from: str = Field("", max_length=200, description="who loses it: an e-mail address")


class PauseIn(TakenFromIn):
    """For how long nobody answers."""

    seconds: int = Field(3_600, ge=60, le=LONGEST_PAUSE)


class AssignIn(TakenFromIn):
    """Who is in charge."""

    email: Email = ""


class WordsIn(Body):
    """What is said."""

    text: str = Field(min_length=1, max_length=20_000)


class ConversationOut(Out):
    """One conversation as the list shows it."""

    id: int
    channel: str
    our_address: str
    customer_address: str
    customer_name: str
    owner: Owner
    owner_reason: str
    owner_until: float
    assigned_to: str
    opted_out_at: float | None
    agent_name: str
    last_text: str
    last_author: str
    last_message_at: float
    unanswered: int
    dead: int = Field(description="replies that did not arrive and nobody has dealt with")


class ConversationsOut(Listed):
    """Conversations, the newest message first."""

    conversations: list[ConversationOut]


class MessageOut(Out):
    """One message, what became of it, and for an agent's its turn."""

    id: int
    author: str
    author_name: str
    text: str
    media: list[dict[str, str]]
    created_at: float
    turn_id: str | None
    delivery: str
    error: str
    error_code: str
    citations: list[dict[str, Any]]
    cost: float
    version: str


class MessagesOut(Listed):
    """What was said, the newest first."""

    messages: list[MessageOut]


class NoteOut(Out):
    """What staff tell each other."""

    id: int
    author: str
    text: str
    created_at: float


class NotesOut(Listed):
    """The notes about a conversation, the newest first."""

    notes: list[NoteOut]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _reading(blueprint, services)
    _owning(blueprint, services)
    _speaking(blueprint, services)


def _reading(blueprint: APIBlueprint, services: Services) -> None:
    conversations = services.store.conversations

    @blueprint.get("/conversations", tags=[CONVERSATIONS], responses={200: ConversationsOut})
    @needs("viewer")
    def list_conversations(query: ConversationsQuery) -> Response:
        """List conversations"""

        def fetch(after: tuple[float, int] | None, limit: int) -> Any:
            key = f"{after[0]!r}:{after[1]}" if after else ""
            return conversations.page(query.filters, key, limit)

        rows = List("conversations", BY_MOMENT, fetch, _place, ConversationOut.of)
        return rows.answer(query)

    @blueprint.get(
        "/conversations/<conversation_id>", tags=[CONVERSATIONS], responses={200: ConversationOut}
    )
    @needs("viewer")
    def read_conversation(path: ConversationPath) -> Json:
        """Read one conversation's line"""
        return _shown(services, path)

    @blueprint.get(
        "/conversations/<conversation_id>/messages",
        tags=[CONVERSATIONS],
        responses={200: MessagesOut},
    )
    @needs("viewer")
    def list_messages(path: ConversationPath, query: Page) -> Response:
        """Read what was said

        That it was read stands in the audit log.
        """
        acts.read(services, g.actor, path.conversation_id)

        def fetch(before: int | None, limit: int) -> Any:
            return conversations.thread(path.conversation_id, before=before, limit=limit)[::-1]

        rows = List("messages", BY_NUMBER, fetch, lambda one: one.id, MessageOut.of)
        return rows.answer(query)

    @blueprint.get("/files/<file_id>", tags=[CONVERSATIONS], responses={200: None})
    @needs("viewer")
    def read_file(path: FilePath) -> Response:
        """Get a file that a customer sent

        That it was seen stands in the audit log. It is given as a download of no kind.
        """
        found = acts.see_file(services, g.actor, path.file_id)
        return send_file(
            (services.settings.media_dir / found.stored_name).resolve(),
            "application/octet-stream",
            as_attachment=True,
            download_name="file",
        )

    @blueprint.delete(
        "/conversations/<conversation_id>", tags=[CONVERSATIONS], responses={204: None}
    )
    @needs("admin")
    def erase_customer(path: ConversationPath) -> tuple[str, int]:
        """Erase the customer of a conversation

        From every store of ours, for good.
        """
        acts.erase_customer(services, g.actor, path.conversation_id)
        return "", 204


def _owning(blueprint: APIBlueprint, services: Services) -> None:
    def owning(name: str) -> Callable[[View], View]:
        route: Callable[[View], View] = blueprint.post(
            f"/conversations/<conversation_id>/{name}",
            tags=[CONVERSATIONS],
            responses={200: ConversationOut, **HELD},
        )
        return route

    @owning("take-over")
    @needs("agent")
    def take_over(path: ConversationPath, body: TakenFromIn) -> Json:
        """Take a conversation over

        The agent falls silent there. Where a colleague has it, the answer is a 409 that names
        them, until `taken_from` does. So it is for every change of who has it.
        """
        acts.take_over(services, g.actor, path.conversation_id, body.taken_from)
        return _shown(services, path)

    @owning("pause")
    @needs("agent")
    def pause_conversation(path: ConversationPath, body: PauseIn) -> Json:
        """Have nobody answer for a while"""
        until = time.time() + body.seconds
        acts.pause(services, g.actor, path.conversation_id, until, body.taken_from)
        return _shown(services, path)

    @owning("hand-back")
    @needs("agent")
    def hand_back(path: ConversationPath, body: TakenFromIn) -> Json:
        """Give a conversation back to the agent

        It answers what waited meanwhile.
        """
        acts.hand_back(services, g.actor, path.conversation_id, body.taken_from)
        return _shown(services, path)

    @owning("assign")
    @needs("agent")
    def assign(path: ConversationPath, body: AssignIn) -> Json:
        """Put somebody in charge

        Who speaks stays as it is.
        """
        acts.assign(services, g.actor, path.conversation_id, body.email, body.taken_from)
        return _shown(services, path)


def _speaking(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.post(
        "/conversations/<conversation_id>/reply",
        tags=[CONVERSATIONS],
        responses={202: ConversationOut},
    )
    @needs("agent")
    def reply(path: ConversationPath, body: WordsIn) -> tuple[Json, int]:
        """Write to the customer

        It goes the way of every reply; the agent falls silent there.
        """
        acts.reply(services, g.actor, path.conversation_id, body.text)
        return _shown(services, path), 202

    @blueprint.get(
        "/conversations/<conversation_id>/notes", tags=[CONVERSATIONS], responses={200: NotesOut}
    )
    @needs("viewer")
    def list_notes(path: ConversationPath, query: Page) -> Response:
        """Read what staff noted"""
        services.store.conversations.get(path.conversation_id)

        def key(note: Any) -> int:
            return int(note.id)

        fetch = newest_first(services.store.notes.of(path.conversation_id), key)
        return List("notes", BY_NUMBER, fetch, key, NoteOut.of).answer(query)

    @blueprint.post(
        "/conversations/<conversation_id>/notes", tags=[CONVERSATIONS], responses={204: None}
    )
    @needs("agent")
    def write_note(path: ConversationPath, body: WordsIn) -> tuple[str, int]:
        """Note something for the team; no customer sees it"""
        acts.write_note(services, g.actor, path.conversation_id, body.text)
        return "", 204


def _place(summary: Summary) -> tuple[float, int]:
    return summary.last_message_at, summary.id


def _shown(services: Services, path: ConversationPath) -> Json:
    return ConversationOut.of(services.store.conversations.get(path.conversation_id))
