"""How things of this room stand: the words that the database keeps, and no others."""

from enum import StrEnum


class SourceState(StrEnum):
    """How far the reading of a source is."""

    WAITING = "waiting"
    READING = "reading"
    EMBEDDING = "embedding"
    READY = "ready"
    FAILED = "failed"
    HELD = "held"  # read, and waiting for a person: it would take away much
    REMOVING = "removing"


AT_WORK = (SourceState.READING, SourceState.EMBEDDING)
UNREAD = (SourceState.WAITING, *AT_WORK)
READ = (SourceState.READY, SourceState.FAILED, SourceState.HELD)


class OnSame(StrEnum):
    """What becomes of a file whose name a source of the base has already."""

    ASK = "ask"
    REPLACE = "replace"
    BOTH = "both"


class Effect(StrEnum):
    """When customers are told what a source says by now."""

    RELEASE = "release"  # with the next release of their agent
    AT_ONCE = "at_once"


class RebuildState(StrEnum):
    """How far a base has come to its next model; `clearing`: from its last one."""

    WAITING = "waiting"
    BUILDING = "building"
    CLEARING = "clearing"
    FAILED = "failed"


UNBUILT = (RebuildState.WAITING, RebuildState.BUILDING)


class SourceKind(StrEnum):
    """What a source was made of."""

    FILE = "file"
    URL = "url"
    TEXT = "text"
    PAIRS = "pairs"
    SITE = "site"
    ARCHIVE = "archive"
    CURATED = "curated"  # the answers that staff wrote, one source a base


FILES = (SourceKind.FILE, SourceKind.ARCHIVE)
PAGES = (SourceKind.URL, SourceKind.SITE)  # what lies at an address
WRITTEN = (SourceKind.TEXT, SourceKind.PAIRS)  # what staff wrote in the studio
