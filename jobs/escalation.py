"""What stands before the model: reasons to pass a customer to a person without asking it.

A loop is another machine that answers ours. It is taken for one when, with a reply of ours after
each of them, the customer's last five messages say the same, or the last twelve, within ten
minutes, say no more than three different things (a menu, an out-of-office text and its echo).
People repeat themselves too, but not so often and not that fast; Chatwoot's own issues 7206 and
12608 show such loops between bots and automatic replies. The same words about five quoted messages
say five things.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.answer import Author, Outcome
from agent.language import asked_in
from agent.limits import DAY_IS_OVER, Reached
from agent.office import closing
from agent.spec import Spec
from jobs.context import WorkerContext
from store.conversations.work import Line, Work

MAX_ATTEMPTS = 5  # a message that five workers could not answer goes to a person
SAME = 5
ROUND, FEW, ROUND_SECONDS = 12, 3, 600.0
HISTORY = 2 * ROUND  # messages a turn has to look back on


@dataclass(frozen=True)
class Stop:
    """A person has to answer: what the customer is told, and why, for staff."""

    text: str
    code: str
    reason: str
    outcome: Outcome = Outcome.HANDOFF


def stop(context: WorkerContext, work: Work, spec: Spec) -> Stop | None:
    """Return why the model is not asked, or None."""
    if is_worn_out(work):
        text = spec.fallback.in_language(spoken(work, spec), *spec.languages)
        reason = f"{MAX_ATTEMPTS} attempts to answer ended without an answer"
        return Stop(text, "attempts", reason, Outcome.FALLBACK)
    reached = _over_the_day(context, work)
    if reached is not None:
        return Stop(DAY_IS_OVER.in_language(spoken(work, spec)), reached.code, reached.reason)
    loop = loop_in([*work.history, *work.unanswered])
    if loop:
        return Stop(closing(spec, spoken(work, spec), context.clock()), "loop", loop)
    return None


def is_worn_out(work: Work) -> bool:
    """Whether so many tries ended without an answer that one more would end like them."""
    return work.lease.attempts > MAX_ATTEMPTS


def spoken(work: Work, spec: Spec) -> str:
    """The language the customer writes in."""
    words = " ".join(line.text for line in work.unanswered)
    return asked_in(words, spec.languages, work.lease.language or spec.languages[0])


def loop_in(lines: Sequence[Line]) -> str:
    """Return how *lines* show that another machine writes, or nothing."""
    said = _answered(lines)
    last = [(line.text.strip().casefold(), line.about) for line in said[-SAME:]]
    if len(last) == SAME and len(set(last)) == 1:
        return f"It may be a machine that writes, its last {SAME} messages are the same"
    turns = said[-ROUND:]
    if (
        len(turns) == ROUND
        and turns[-1].at - turns[0].at <= ROUND_SECONDS
        and len({line.text.strip().casefold() for line in turns}) <= FEW
    ):
        return f"It may be a machine that writes, its last {ROUND} messages say {FEW} things"
    return ""


def _answered(lines: Sequence[Line]) -> list[Line]:
    """The customer's messages that had a reply of ours just before them, and the first one."""
    kept: list[Line] = []
    replied = True
    for line in lines:
        if line.author == Author.HUMAN or (line.author == Author.CUSTOMER and line.media):
            kept, replied = [], True  # a person is here, or something was sent: start anew
        elif line.author == Author.CUSTOMER:
            if replied:
                kept.append(line)
            replied = False
        else:
            replied = True
    return kept


def _over_the_day(context: WorkerContext, work: Work) -> Reached | None:
    allowance, limits = work.lease.allowance, context.services.store.turns.limits
    if allowance is None:
        return None
    spent = context.services.store.allowances.spent_today() if limits.cost_a_day else 0.0
    return allowance.over(limits, spent)
