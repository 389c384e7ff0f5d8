"""What can go wrong in this room. Sentences are looked up by `key` in the reader's language.

StudioError
├── NotAllowed      the person's role does not reach that far
├── NothingChosen   something has to be chosen or written first
├── BadFields       a form holds values that cannot be used
├── BadFile         a file that holds no agent
├── NotReady        the check before a release found what keeps it back
├── NotReached      the bot or the simulator does not answer
└── Refused         a request that no page of ours sends
"""


class StudioError(Exception):
    """Something in the studio went wrong."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class NotAllowed(StudioError):
    """The caller's role does not allow this."""


class NothingChosen(StudioError):
    """Choose or write something first."""


class BadFields(StudioError):
    """Some fields cannot be used; `fields` holds (field key, complaint key, values)."""

    def __init__(self, fields: tuple[tuple[str, str, dict[str, object]], ...]) -> None:
        super().__init__("error.fields")
        self.fields = fields


class BadFile(StudioError):
    """That file cannot be made an agent."""


class NotReady(StudioError):
    """Something keeps the release back."""


class NotReached(StudioError):
    """Another part of the installation does not answer."""


class Refused(StudioError):
    """A request that no page of ours sends; `status` is what HTTP calls it."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
