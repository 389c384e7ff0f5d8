"""A customer's files: fetched from the provider, kept, and put into words for the agent.

A stranger chose the file, and whoever forges a webhook chooses its address: only the provider's own
server is given our credentials, redirects go without them and to public addresses only, the type
is told by the first bytes, and documents are opened by the same sealed child as knowledge is.
"""

import itertools
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.answer import Author
from agent.media_to_text import LONGEST, kind_of
from agent.spec import Wording
from channels.base import Channel
from channels.errors import ChannelUnavailable, FileRefused
from jobs.context import WorkerContext
from knowledge.errors import FetchRefused, KnowledgeError
from knowledge.parsing.loaders import read_document
from knowledge.web.fetch import Trusted, fetch
from store.conversations.attachments import Attachment
from store.conversations.work import Line, Work
from store.db.database import new_id
from store.states import MediaState

log = logging.getLogger(__name__)

PAUSES = (1.0, 3.0)  # Twilio: a file may be a 404 for a moment after its webhook
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}
OFFICE = "application/vnd.openxmlformats-officedocument."
PACKED = {
    f"{OFFICE}wordprocessingml.document": ".docx",
    f"{OFFICE}spreadsheetml.sheet": ".xlsx",
    f"{OFFICE}presentationml.presentation": ".pptx",
}
TOLD = (
    *ENDINGS,
    *PACKED,
    "application/octet-stream",
    "binary/octet-stream",
    "text/csv",
    "text/vcard",
    "text/x-vcard",
    "audio/opus",
    "audio/x-m4a",
    "video/3gpp",
)
NAMES = {
    "audio": Wording(es="nota de voz", en="voice note", pt="mensagem de voz"),
    "image": Wording(es="foto", en="photo", pt="foto"),
    "video": Wording(es="vídeo", en="video", pt="vídeo"),
    "": Wording(es="documento", en="document", pt="documento"),
}
UNREAD = {
    "audio": Wording(
        es="He recibido su nota de voz, pero ahora no puedo escucharla. ¿Me lo escribe, por favor?",
        en="I received your voice note, but I cannot listen to it now. Could you write it, please?",
        pt="Recebi sua mensagem de voz, mas agora não posso ouvi-la. Pode escrever, por favor?",
    ),
    "image": Wording(
        es="He recibido su foto y queda guardada para el equipo, aunque ahora no puedo verla."
        " ¿Me cuenta por escrito qué necesita?",
        en="I received your photo and it is kept for our team, though I cannot look at it now."
        " Could you write what you need?",
        pt="Recebi sua foto e ela fica guardada para a equipe, embora agora eu não possa vê-la."
        " Pode escrever o que precisa?",
    ),
    "video": Wording(
        es="He recibido su vídeo y queda guardado para el equipo, pero no puedo verlo."
        " ¿Me cuenta por escrito qué necesita?",
        en="I received your video and it is kept for our team, but I cannot watch it."
        " Could you write what you need?",
        pt="Recebi seu vídeo e ele fica guardado para a equipe, mas não consigo vê-lo."
        " Pode escrever o que precisa?",
    ),
    "": Wording(
        es="He recibido su archivo y queda guardado para el equipo, pero no puedo abrirlo yo."
        " ¿Me cuenta por escrito qué necesita?",
        en="I received your file and it is kept for our team, but I cannot open it myself."
        " Could you write what you need?",
        pt="Recebi seu arquivo e ele fica guardado para a equipe, mas não consigo abri-lo."
        " Pode escrever o que precisa?",
    ),
    "refused": Wording(
        es="No he podido abrir el archivo que envió. ¿Puede enviarlo de nuevo como foto, nota de"
        " voz o PDF, o escribirme lo que necesita?",
        en="I could not open the file you sent. Could you send it again as a photo, a voice note or"
        " a PDF, or write what you need?",
        pt="Não consegui abrir o arquivo que enviou. Pode enviar de novo como foto, mensagem de voz"
        " ou PDF, ou escrever o que precisa?",
    ),
}


def understood(
    context: WorkerContext, work: Work, channel: Channel, language: str
) -> tuple[Work, str]:
    """Fetch what was not fetched yet; put each file's words into its message.

    Returns the work, and what to say when nothing that was sent can be understood ("" else).
    """
    lines = [*work.unanswered, *work.history]
    with_files = [line.inbox_id for line in lines if line.media and line.inbox_id is not None]
    if not with_files:
        return work, ""
    attachments, asked = context.services.store.attachments, set(work.inbox_ids)
    for one in attachments.of(with_files):
        if one.state == MediaState.WAITING and one.inbox_id in asked:
            _receive(context, channel, one, language)
    known = attachments.of(with_files)
    told = replace(
        work,
        unanswered=[_told(line, known, language) for line in work.unanswered],
        history=[_told(line, known, language) for line in work.history],
    )
    return told, _unread(work, [one for one in known if one.inbox_id in asked], language)


def _unread(work: Work, files: Sequence[Attachment], language: str) -> str:
    if any(line.text.strip() for line in work.unanswered) or any(one.words for one in files):
        return ""
    if not files:
        return ""
    refused = all(one.state == MediaState.REFUSED for one in files)
    kind = "refused" if refused else _kind(files[-1].media_type)
    return UNREAD.get(kind, UNREAD[""]).in_language(language)


def unread_in_a_row(history: Sequence[Line]) -> int:
    """How many of the agent's last replies only said that a file was not understood."""
    said = {text for one in UNREAD.values() for text in (one.es, one.en, one.pt)}
    replies = [line.text for line in reversed(history) if line.author != Author.CUSTOMER]
    return len(list(itertools.takewhile(said.__contains__, replies)))


def _kind(media_type: str) -> str:
    kind = media_type.split("/")[0]
    return kind if kind in NAMES else ""


def _told(line: Line, files: Sequence[Attachment], language: str) -> Line:
    """The message with what its files say; one that nobody could open is named."""
    said = [_said(one, language) for one in files if one.inbox_id == line.inbox_id]
    return replace(line, text="\n".join([line.text, *said]).strip()) if said else line


def _said(one: Attachment, language: str) -> str:
    name = NAMES[_kind(one.media_type)].in_language(language)
    title = f"{name} {one.name}".strip()
    return f"[{title}: {one.words}]" if one.words else f"[{title}]"


def fetch_left(context: WorkerContext, conversation_id: int) -> None:
    """Fetch what no turn will, because a person took over before one ran: staff see it there."""
    language, left = context.services.store.attachments.claim_left(conversation_id)
    if left:
        channel = context.channels[
            context.services.store.conversations.get(conversation_id).channel
        ]
        for one in left:
            _receive(context, channel, one, language or "es")


def _receive(context: WorkerContext, channel: Channel, one: Attachment, language: str) -> None:
    try:
        content = _fetched(context, channel, one)
    except (FileRefused, FetchRefused, ChannelUnavailable) as error:
        log.warning("file not fetched media=%s: %s", one.id, type(error).__name__)
        context.services.store.attachments.refused(one, str(error))
        return
    media_type = kind_of(content)
    ending = PACKED.get(one.media_type) if media_type == "application/zip" else None
    ending = ending or ENDINGS.get(media_type)
    if ending is None:
        context.services.store.attachments.refused(
            one, "The file is not of a kind that is opened here."
        )
        return
    path = _store(context.services.settings.media_dir, content, ending)
    words, error_said = _words(context, path, media_type, content, language)
    kept = context.services.store.attachments.kept(
        one,
        stored_name=path.name,
        bytes=len(content),
        words=words,
        error=error_said,
        media_type=one.media_type if media_type == "application/zip" else media_type,
    )
    if not kept:
        path.unlink(missing_ok=True)  # nobody would ever delete it


def _fetched(context: WorkerContext, channel: Channel, one: Attachment) -> bytes:
    """Fetch a file, coming again a little later when it is not there yet."""
    for pause in (*PAUSES, None):
        try:
            with context.waiting():
                place = channel.where(one.url)
                home = Trusted(place.origin, place.headers)
                return fetch(place.url, media_types=TOLD, trusted=home).body
        except (FetchRefused, ChannelUnavailable) as error:
            passing = getattr(error, "code", "") in ("", "fetch_gone", "fetch_trouble")
            if pause is None or not passing:
                raise
        with context.waiting():
            context.pause(pause)
    raise AssertionError("the last try returns or raises")


def _store(folder: Path, content: bytes, ending: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{new_id()}{ending}"
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    return path


def _words(
    context: WorkerContext, path: Path, media_type: str, content: bytes, language: str
) -> tuple[str, str]:
    """What the file says, and why not when it says nothing."""
    with context.waiting():
        if media_type.startswith("audio/"):
            return context.media_to_text.transcript(content, media_type), ""
        if media_type.startswith("image/"):
            return context.media_to_text.description(content, media_type, language), ""
        if media_type.startswith("video/"):
            return "", ""
        try:
            document = read_document(path, path.name)
        except KnowledgeError as error:
            return "", str(error)
    text = "\n".join(section.text for section in document)
    return text[:LONGEST], ""
