"""A customer's voice note, photo or document is fetched, kept and understood; a bad one is not."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from actions.queues import FILES
from actions.services import Services
from channels.chatwoot.send import ChatwootChannel
from channels.meta.send import MetaChannel
from channels.twilio.send import TwilioChannel
from jobs import files, turn
from jobs.context import WorkerContext
from jobs.escalation import MAX_ATTEMPTS
from jobs.files import UNREAD
from jobs.sweep import Sweeper
from store.conversations.attachments import CLAIM_SECONDS, LEFT_SECONDS, MOST_ATTEMPTS
from store.conversations.inbox import Inbound
from store.conversations.turns import LEASE_SECONDS
from store.tables import media
from tests.fakes import Clock
from tests.jobs.conftest import OURS
from tests.jobs.fakes import EchoRuntime, MemoryChannel
from tests.standins.files import BEARER, OGG, PDF, PNG, SID, TOKEN, Shelf
from tests.standins.server import serve

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MP4 = b"\0\0\0\x18ftypmp42" + bytes(200)
Receive = Callable[..., str]


@dataclass
class Ears:
    """Hears and sees what the test says."""

    transcripts: list[bytes] = field(default_factory=list)
    says: str = "quiero ver el Mazda rojo"
    shows: str = "Un Mazda rojo con la placa ABC-123."

    def transcript(self, sound: bytes, media_type: str) -> str:
        self.transcripts.append(sound)
        return self.says

    def description(self, picture: bytes, media_type: str, language: str) -> str:
        return self.shows


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(
        {
            "voz": (OGG, "audio/ogg"),
            "foto": (PNG, "image/png"),
            "pdf": (PDF, "x/y"),
            "vid": (MP4, "video/mp4"),
        }
    )


@pytest.fixture
def server(shelf: Shelf) -> Iterator[str]:
    with serve(shelf.app()) as url:
        yield url.rstrip("/")


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def open_context(
    context: WorkerContext, services: Services, server: str, ears: Ears, pauses: list[float]
) -> WorkerContext:
    """The desk with ears, and with the providers' files on the stand-in."""
    known = services.settings.model_copy(
        update={
            "twilio_account_sid": SID,
            "twilio_auth_token": SecretStr(TOKEN),
            "twilio_base_url": server,
            "meta_base_url": server,
            "meta_access_token": SecretStr(BEARER),
            "chatwoot_api_url": server,
        }
    )
    return dataclasses.replace(
        context,
        services=dataclasses.replace(services, settings=known),
        media_to_text=ears,
        pause=pauses.append,
    )


@pytest.fixture
def receive(
    open_context: WorkerContext, channel: MemoryChannel, runtime: EchoRuntime, clock: Clock
) -> Receive:
    """A file comes in on one channel and is answered; returns what the agent was asked."""
    settings = open_context.services.settings
    ways = {
        "twilio": TwilioChannel(settings),
        "meta": MetaChannel(settings),
        "chatwoot": ChatwootChannel(settings),
    }

    def receive(url: str, media_type: str, text: str = "", way: str = "twilio") -> str:
        channel.finds = ways[way].where
        file = {"url": url, "media_type": media_type, "name": ""}
        [accepted] = open_context.services.store.inbox.accept(
            [Inbound("twilio", f"SM{url}", OURS, "whatsapp:+5215550001111", text, media=(file,))]
        )
        clock.pass_seconds(3)
        turn.take(open_context, accepted.conversation_id)
        return runtime.asked[-1][0] if runtime.asked else ""

    return receive


def _twilio(server: str, name: str) -> str:
    return f"{server}/2010-04-01/Accounts/{SID}/Messages/MM1/Media/{name}"


def _row(context: WorkerContext) -> dict[str, object]:
    with context.services.database.read() as tx:
        return dict(tx.execute(select(media)).one()._mapping)


def _reply(context: WorkerContext) -> str:
    return context.services.store.conversations.thread(1)[-1].text


def test_a_voice_note_is_heard_and_kept(
    receive: Receive, server: str, open_context: WorkerContext, ears: Ears
) -> None:
    assert receive(_twilio(server, "voz"), "audio/ogg") == (
        "[nota de voz: quiero ver el Mazda rojo]"
    )
    row = _row(open_context)
    assert (row["state"], row["media_type"], row["bytes"]) == ("kept", "audio/ogg", len(OGG))
    kept = open_context.services.settings.media_dir / str(row["stored_name"])
    assert kept.read_bytes() == OGG == ears.transcripts[0]
    assert kept.stat().st_mode & 0o077 == 0


def test_a_photo_is_described_beside_its_words(receive: Receive, server: str) -> None:
    asked = receive(_twilio(server, "foto"), "image/png", text="¿se puede homologar?")
    assert asked == ("¿se puede homologar?\n[foto: Un Mazda rojo con la placa ABC-123.]")


def test_a_document_is_read_by_the_sealed_child(
    receive: Receive, server: str, shelf: Shelf
) -> None:
    shelf.files["pdf"] = (PDF, "application/pdf")
    assert "MMA 750 kg" in receive(_twilio(server, "pdf"), "application/pdf")


@pytest.mark.parametrize("way", ["meta", "chatwoot"])
def test_every_provider_s_files_are_found(
    receive: Receive, server: str, way: str, open_context: WorkerContext
) -> None:
    url = "voz" if way == "meta" else f"{server}/rails/active_storage/voz"
    receive(url, "audio/ogg", way=way)
    assert _row(open_context)["state"] == "kept"


def test_a_file_that_is_not_there_yet_is_asked_for_again(
    receive: Receive, server: str, shelf: Shelf, open_context: WorkerContext, pauses: list[float]
) -> None:
    shelf.missing = 2
    receive(_twilio(server, "voz"), "audio/ogg")
    assert _row(open_context)["state"] == "kept"
    assert pauses == [1.0, 3.0]


def test_who_sends_what_nobody_understands_again_and_again_gets_a_person(
    receive: Receive,
    server: str,
    open_context: WorkerContext,
    ears: Ears,
    runtime: EchoRuntime,
) -> None:
    ears.says = ""
    for number in range(3):
        receive(_twilio(server, "voz") + "?" * number, "audio/ogg")
    assert runtime.asked == []
    replies = [
        line.text
        for line in open_context.services.store.conversations.thread(1)
        if line.author == "agent"
    ]
    assert replies[:2] == [UNREAD["audio"].es] * 2
    assert replies[2] not in (UNREAD["audio"].es, "")
    here = open_context.services.store.conversations.get(1)
    assert (here.owner, "3 messages in a row" in here.owner_reason) == ("human", True)


@pytest.mark.parametrize(
    ("media_type", "name", "kind"),
    [("audio/ogg", "voz", "audio"), ("image/png", "foto", "image"), ("video/mp4", "vid", "video")],
)
def test_without_a_key_the_customer_is_asked_politely_to_write(
    receive: Receive,
    server: str,
    open_context: WorkerContext,
    ears: Ears,
    runtime: EchoRuntime,
    media_type: str,
    name: str,
    kind: str,
) -> None:
    ears.says = ears.shows = ""
    receive(_twilio(server, name), media_type)
    assert runtime.asked == []
    assert _reply(open_context) == UNREAD[kind].es
    assert _row(open_context)["state"] == "kept"


def test_a_file_that_ends_every_try_goes_to_a_person(
    receive: Receive, server: str, open_context: WorkerContext, ears: Ears, clock: Clock
) -> None:
    def fall(sound: bytes, media_type: str) -> str:
        raise OSError("No space left on device")

    ears.transcript = fall  # type: ignore[method-assign]
    with pytest.raises(OSError, match="space"):
        receive(_twilio(server, "voz"), "audio/ogg")
    for _ in range(MAX_ATTEMPTS - 1):
        clock.pass_seconds(LEASE_SECONDS + 1)
        with pytest.raises(OSError, match="space"):
            turn.take(open_context, 1)
    clock.pass_seconds(LEASE_SECONDS + 1)
    turn.take(open_context, 1)
    assert open_context.services.store.conversations.get(1).owner == "human"


# --- files that no turn fetches


@pytest.fixture
def left(
    open_context: WorkerContext, channel: MemoryChannel, server: str, clock: Clock
) -> WorkerContext:
    """A photo came, and a person took the conversation over before any turn ran."""
    channel.finds = TwilioChannel(open_context.services.settings).where
    file = {"url": _twilio(server, "foto"), "media_type": "image/png", "name": ""}
    photo = Inbound("twilio", "SM1", OURS, "whatsapp:+5215550001111", "", media=(file,))
    [accepted] = open_context.services.store.inbox.accept([photo])
    open_context.services.store.owners.take_over(accepted.conversation_id, "bia@example.com")
    clock.pass_seconds(LEFT_SECONDS + 1)
    return open_context


def test_a_photo_is_fetched_for_the_person_who_took_over_before_the_bot_saw_it(
    left: WorkerContext, shelf: Shelf
) -> None:
    sweeper = Sweeper(left.services, left.clock)
    assert (FILES, 1) in sweeper._due(left.clock())
    files.fetch_left(left, 1)
    [shown] = left.services.store.conversations.thread(1)[0].media
    assert (shown["state"], shown["words"]) == ("kept", "Un Mazda rojo con la placa ABC-123.")
    assert left.services.store.attachments.left() == []
    files.fetch_left(left, 1)
    assert len(shelf.asked) == 1


def test_a_file_that_a_turn_may_still_fetch_is_left_to_it(
    left: WorkerContext, clock: Clock, shelf: Shelf
) -> None:
    clock.now -= 10
    assert left.services.store.attachments.left() == []
    clock.pass_seconds(10)
    left.services.store.owners.hand_back(1, "bia@example.com")
    assert left.services.store.attachments.left() == []


def test_a_file_that_nobody_survives_is_given_up(left: WorkerContext, clock: Clock) -> None:
    for _ in range(MOST_ATTEMPTS):
        assert len(left.services.store.attachments.claim_left(1)[1]) == 1
        assert left.services.store.attachments.left() == []  # while somebody is at it
        clock.pass_seconds(CLAIM_SECONDS)
    files.fetch_left(left, 1)
    assert _row(left)["state"] == "refused"


def test_of_two_who_fetch_one_file_only_one_keeps_it(left: WorkerContext) -> None:
    attachments = left.services.store.attachments
    [one] = attachments.claim_left(1)[1]
    attachments.refused(one, "gone")
    files._receive(left, left.channels["twilio"], one, "es")
    assert _row(left)["state"] == "refused"
    assert list(left.services.settings.media_dir.iterdir()) == []


# --- hostile files


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/2010-04-01/Accounts/" + SID + "/x",
        "http://169.254.169.254/latest/meta-data",
        "{server}/2010-04-01/Accounts/AC" + "9" * 32 + "/Messages/MM1/Media/voz",
        "{server}.evil.example/2010-04-01/Accounts/" + SID + "/Messages/MM1/Media/voz",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_is_not_the_provider_s_own_is_never_asked(
    receive: Receive, server: str, shelf: Shelf, open_context: WorkerContext, url: str
) -> None:
    receive(url.replace("{server}", server), "audio/ogg")
    assert shelf.asked == []
    assert _row(open_context)["state"] == "refused"
    assert _reply(open_context) == UNREAD["refused"].es


def test_a_redirect_inside_is_not_followed_and_never_gets_the_credentials(
    receive: Receive, server: str, shelf: Shelf, open_context: WorkerContext
) -> None:
    inner = Shelf({"voz": (OGG, "audio/ogg")})
    with serve(inner.app()) as inside:
        shelf.sends_to = f"{inside.rstrip('/')}/rails/active_storage/voz"
        receive(_twilio(server, "voz"), "audio/ogg")
    assert inner.asked == []
    assert _row(open_context)["state"] == "refused"


HOSTILE = {
    "a program": b"MZ\x90\x00" + bytes(100),
    "a page": b"<html>\x00<script>",
    "an archive": b"PK\x03\x04" + bytes(100),
    "nothing": b"",
    "random bytes": bytes(range(128, 256)),
    "eleven megabytes": OGG + bytes(11_000_000),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_voice_note_whatever_its_type_says_is_not_kept(
    receive: Receive, server: str, shelf: Shelf, open_context: WorkerContext, content: bytes
) -> None:
    shelf.files["voz"] = (content, "audio/ogg")
    receive(_twilio(server, "voz"), "audio/ogg")
    row = _row(open_context)
    if content:
        assert (row["state"], row["stored_name"]) == ("refused", "")
    assert _reply(open_context) in (UNREAD["refused"].es, UNREAD[""].es)


def test_a_broken_pdf_is_kept_for_people_and_said_so(
    receive: Receive, server: str, shelf: Shelf, open_context: WorkerContext
) -> None:
    shelf.files["pdf"] = (b"%PDF-1.7 and then nothing", "application/pdf")
    receive(_twilio(server, "pdf"), "application/pdf")
    row = _row(open_context)
    assert row["state"] == "kept"
    assert row["error"]
    assert _reply(open_context) == UNREAD[""].es
