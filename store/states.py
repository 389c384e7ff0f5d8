"""How things of conversations stand: the words that the database keeps, and no others.

Who said something and what a turn ended in are `agent.answer`'s.
"""

from enum import StrEnum


class Owner(StrEnum):
    """Who has the word in a conversation; nobody has it where it is paused."""

    BOT = "bot"
    HUMAN = "human"
    PAUSED = "paused"


class OutboxState(StrEnum):
    """How far a part of a reply is on its way: see `store.conversations.outbox`."""

    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DEAD = "dead"


FINISHED = (OutboxState.SENT, OutboxState.DEAD)


class PartKind(StrEnum):
    """What a part of a reply is; the last two are for a provider's desk, not for the customer."""

    TEXT = "text"
    TEMPLATE = "template"
    BUTTONS = "buttons"
    HANDOFF = "handoff"
    HANDBACK = "handback"


class AlertWay(StrEnum):
    """By what somebody is told: see `store.people.alerts`."""

    STUDIO = "studio"
    EMAIL = "email"
    WEBHOOK = "webhook"


class AlertState(StrEnum):
    """How far an alert is on its way: see `store.people.alerts`."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


class MediaState(StrEnum):
    """What became of a customer's file: see `store.conversations.attachments`."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"
    GONE = "gone"


class CaseOrigin(StrEnum):
    """Where a case of a dataset comes from."""

    STAFF = "staff"
    FRAME = "frame"
    CSV = "csv"
    INBOX = "inbox"
    LABEL = "label"
    HANDOFF = "handoff"
    MISS = "miss"
    SIMULATED = "simulated"


class CaseState(StrEnum):
    """Whether a case counts; a proposed one waits for a person."""

    APPROVED = "approved"
    PROPOSED = "proposed"


class ExperimentState(StrEnum):
    """How far an experiment is."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    OVER_BUDGET = "over_budget"


ENDED = (ExperimentState.STOPPED, ExperimentState.DONE, ExperimentState.OVER_BUDGET)


class RowState(StrEnum):
    """How far a row of an experiment is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Subject(StrEnum):
    """What a label is about: a customer's turn, or a row of an experiment."""

    TURN = "turn"
    ROW = "row"


class Verdict(StrEnum):
    """What is said of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"


class LabelBy(StrEnum):
    """Who says it."""

    PERSON = "person"
    JUDGE = "judge"
    CODE = "code"


class Review(StrEnum):
    """Which turns are offered for review."""

    NEWEST = "newest"
    MISSES = "misses"
    DOUBT = "doubt"
    RANDOM = "random"


class NotebookOrigin(StrEnum):
    """Where a notebook comes from."""

    SHIPPED = "shipped"
    SAVED = "saved"
    OPENED = "opened"  # made from a conversation, a turn, an experiment or a version


class ShareState(StrEnum):
    """How a share of the customers stands; each has a text `share.state.NAME` in the studio."""

    RUNNING = "running"
    PROMOTED = "promoted"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"  # something else was released there


class RunState(StrEnum):
    """How far a run of a notebook is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class RunError(StrEnum):
    """Why a run ended before its end; each has a text `notebooks.error.NAME` in the studio."""

    CELL = "cell"  # a cell raised
    TOO_LONG = "too_long"
    DIED = "died"  # by its limits of memory or CPU, mostly
    STOPPED = "stopped"  # by a person
    INTERRUPTED = "interrupted"  # its worker died
    NO_RIGHT = "no_right"  # its person may not run notebooks any more
    UNSEALED = "unsealed"  # this machine cannot keep a notebook to its folder
    UNREACHED = "unreached"  # the API's address is not known here
