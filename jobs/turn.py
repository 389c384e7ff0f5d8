"""A turn: read everything unanswered, run the agent with no transaction open, commit once."""

import logging
from dataclasses import replace

from agent import answer as answers
from agent.answer import Answer, Asked, Author, Said
from agent.choices import choices
from agent.invented import is_invented
from agent.language import primary
from agent.limits import TOO_FAST
from agent.log import about
from agent.office import closing
from agent.spec import ConversationRules, Spec
from channels.parts import MORE, split
from channels.record import ChannelRecord
from jobs import deliver, escalation, files, may_speak
from jobs.context import WorkerContext
from jobs.handoff_note import briefing
from store.agents.agents import Version
from store.conversations.handback import is_told
from store.conversations.takeover import HOUR
from store.conversations.work import Line, Outcome, Waiting, Work
from store.states import Owner

log = logging.getLogger(__name__)

PERSON_OWNS = "A person owns this conversation."
TELLINGS = 2  # so often in a row a customer hears that a file was not understood, then a person


def take(context: WorkerContext, conversation_id: int) -> float | None:
    """Answer what waits in one conversation.

    Returns when to look again (seconds since 1970), or None when nothing waits here.
    """
    turns, switches = context.services.store.turns, context.services.store.switches
    waiting = None if switches.paused else turns.waiting(conversation_id)
    if waiting is None:
        return None
    version, channel = _answering(context, waiting), context.services.channels[waiting.channel]
    quiet = 0.0 if channel.one_by_one else quiet_at(waiting, _rules(version))
    due = max(quiet, waiting.busy_until, waiting.open_at)
    if due > context.clock():
        return due
    if channel.desk and not _desk_is_told(context, conversation_id):
        return context.clock() + 1.0
    lease = turns.lease(conversation_id)
    if lease is None:
        return context.clock() + 1.0
    with about(conversation=conversation_id), context.heartbeat.lease(lease):
        work = turns.read(lease, max(_rules(version).history_messages, escalation.HISTORY))
        if not work.unanswered:
            return None
        work, unread = _understood(context, work, version)
        work = context.services.store.pointed.in_words(work)  # photos have been seen by now
        outcome = _decide(context, work, version, unread)
        if switches.paused:
            return None  # what was just written is thrown away; the sweeper rings after the pause
        committed = turns.commit(work, outcome)
    if committed:
        log.info("turn taken outcome=%s conversation=%s", outcome.outcome, conversation_id)
        if channel.one_by_one:
            context.services.replies.announce(work.inbox_ids)
    return context.clock() if committed.more else None


def _understood(context: WorkerContext, work: Work, version: Version | None) -> tuple[Work, str]:
    """Put the words of files into their messages, unless it may be a file that ends the tries."""
    if escalation.is_worn_out(work):
        return work, ""
    channel = context.channels[work.lease.channel]
    return files.understood(context, work, channel, _language(work, version))


def _desk_is_told(context: WorkerContext, conversation_id: int) -> bool:
    """Whether the provider's own people know that the conversation was handed back."""
    database = context.services.database
    if not is_told(database, conversation_id):
        deliver.send(context, conversation_id)
    return is_told(database, conversation_id)


def quiet_at(waiting: Waiting, rules: ConversationRules) -> float:
    """When the burst counts as over: quiet for a while, or the first message waited long enough."""
    return min(waiting.last_at + rules.quiet_seconds, waiting.first_at + rules.longest_wait_seconds)


def _answering(context: WorkerContext, waiting: Waiting) -> Version | None:
    """The released version; where an agent's address is its id it needs no release there.

    No invented company answers real customers, whoever released it, and when: the simulator's
    number may be a real one since.
    """
    agents = context.services.store.agents
    if waiting.version_id is not None:
        version: Version | None = agents.version(waiting.version_id)
    else:
        version = agents.answering(waiting.channel, waiting.our_address)
    is_real = context.services.channels[waiting.channel].is_real(context.services.settings)
    if version and is_real and is_invented(version.spec):
        return None
    return version


def _rules(version: Version | None) -> ConversationRules:
    return version.spec.conversation if version else ConversationRules()


def _language(work: Work, version: Version | None) -> str:
    return escalation.spoken(work, version.spec) if version else work.lease.language or "es"


def _decide(context: WorkerContext, work: Work, version: Version | None, unread: str) -> Outcome:
    started_at = context.clock()
    if work.lease.owner != Owner.BOT:
        known = version.id if version else None
        return Outcome(answers.Outcome.SILENT, known, started_at, error=PERSON_OWNS)
    if version is None:
        return Outcome(
            answers.Outcome.SILENT, None, started_at, error="No agent is released on this address."
        )
    channel, place = context.services.channels[work.lease.channel], may_speak.place_of(work)
    reason = may_speak.refused_turn(context, channel.name, place)
    if reason:
        return Outcome(
            answers.Outcome.SILENT, version.id, started_at, handoff_reason=reason, error=reason
        )
    stop = escalation.stop(context, work, version.spec)
    if stop is None and unread:
        stop = _not_understood(context, work, version.spec)
    if stop is not None:
        return _briefed(channel, work, _stopped(stop, work, version, channel, started_at), version)
    if unread:
        parts = _parts(unread, work, channel, 1)
        return Outcome(
            answers.Outcome.ANSWERED,
            version.id,
            started_at,
            text=unread,
            parts=parts,
            author_name=version.spec.name,
        )
    if channel.typing:
        context.channels[channel.name].typing(place)
    answer = context.runtime.answer(
        version.spec,
        [Said(_author(line.author), line.text, line.about) for line in work.history],
        [_asked(line) for line in work.unanswered],
        live=channel.is_real(context.services.settings),
        snapshot=version.id,
    )
    parts = _parts(answer.text, work, channel, version.spec.conversation.max_parts, answer.language)
    outcome = _outcome(answer, version, parts, started_at)
    if version.spec.conversation.buttons and channel.buttons and parts:
        outcome = replace(outcome, choices=choices(parts[-1]))
    return _briefed(channel, work, _told_to_wait(context, work, outcome, channel), version)


def _briefed(channel: ChannelRecord, work: Work, outcome: Outcome, version: Version) -> Outcome:
    """Tell the provider's own people, where there are some, why the conversation is theirs.

    They are told in the agent's first language: the customer's may be another.
    """
    if not outcome.handoff_reason or not channel.desk:
        return outcome
    return replace(outcome, briefing=briefing(work, outcome, version.spec.languages[0]))


def _outcome(answer: Answer, version: Version, parts: list[str], started_at: float) -> Outcome:
    return Outcome(
        outcome=answer.outcome,
        version_id=version.id,
        started_at=started_at,
        text=answer.text,
        parts=parts,
        author_name=version.spec.name,
        language=primary(answer.language),
        handoff_reason=answer.handoff.reason if answer.handoff else "",
        owner_until=_until(version.spec, started_at) if answer.handoff else 0.0,
        model=answer.model,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        cost=answer.usage.cost,
        unpriced_tokens=answer.usage.unpriced_tokens,
        citations=[citation.as_json() for citation in answer.citations],
        trace=[step.as_json() for step in answer.trace],
        error=answer.error,
        missed=answer.missed,
    )


def _not_understood(context: WorkerContext, work: Work, spec: Spec) -> escalation.Stop | None:
    """Whoever sends files that nobody here understands is not told so again and again."""
    most, times = spec.handoff.after_fallbacks, files.unread_in_a_row(work.history) + 1
    if not most or times < min(most, TELLINGS + 1):
        return None
    text = closing(spec, escalation.spoken(work, spec), context.clock())
    return escalation.Stop(text, "media", f"{times} messages in a row could not be understood")


def _stopped(
    stop: escalation.Stop, work: Work, version: Version, channel: ChannelRecord, started_at: float
) -> Outcome:
    """Pass the customer to a person without asking the model."""
    return Outcome(
        outcome=stop.outcome,
        version_id=version.id,
        started_at=started_at,
        text=stop.text,
        parts=_parts(stop.text, work, channel, 1),
        author_name=version.spec.name,
        language=primary(escalation.spoken(work, version.spec)),
        handoff_reason=stop.reason,
        owner_until=_until(version.spec, started_at),
        error=f"{stop.code}: {stop.reason}.",
    )


def _until(spec: Spec, now: float) -> float:
    """When a conversation that is passed on at *now* is the bot's again; 0: never."""
    hours = spec.handoff.hand_back_after_hours
    return now + hours * HOUR if hours else 0.0


def _told_to_wait(
    context: WorkerContext, work: Work, outcome: Outcome, channel: ChannelRecord
) -> Outcome:
    """Add to the answer, once an hour, that the customer writes faster than is answered."""
    allowance = work.lease.allowance
    if outcome.handoff_reason or allowance is None or not allowance.is_too_fast(context.clock()):
        return outcome
    notice = TOO_FAST.in_language(outcome.language)
    return replace(
        outcome,
        text=f"{outcome.text}\n\n{notice}",
        parts=[*outcome.parts, *_parts(notice, work, channel, 1)],
        choices=(),
        told_to_wait=True,
    )


def _parts(
    text: str, work: Work, channel: ChannelRecord, at_most: int, language: str = ""
) -> list[str]:
    more = MORE.get(primary(language or work.lease.language), MORE["es"])
    return split(channel.marks(text, work.lease.facts), channel.text_limit, at_most, more)


def _asked(line: Line) -> Asked:
    return Said(line.author, line.text, line.about) if line.about else line.text


def _author(author: Author) -> Author:
    """What the platform itself said is, to a model, what somebody of the team said."""
    return Author.HUMAN if author == Author.SYSTEM else author
