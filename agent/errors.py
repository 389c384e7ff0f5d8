"""What can go wrong in this room.

AgentError
├── NotFound            an id that names nothing
├── Invalid             words of the caller's that cannot be used
│   └── WeakPassword    too short, too common, or the person's own name
├── Forbidden           the role of whoever acts does not reach that far
├── MayNotRun           nobody has let this person run code on the server
├── EditConflict        somebody else changed it since it was read
├── AlreadyTaken        another person has the conversation
├── NotReleased         no version answers on that address
├── WrongPassword       the e-mail or the password is wrong
├── ExpiredPassword     a one-time password that was right, too late
├── TooManyAttempts     too many wrong passwords; a wait is due
└── ModelUnavailable    the model did not answer; later may work
"""

from agent.actor import Role


class AgentError(Exception):
    """Something in the agent room went wrong."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or (self.__doc__ or "").strip())


class NotFound(AgentError):
    """There is nothing by that id."""


class Invalid(AgentError):
    """Those values cannot be used."""


class Forbidden(AgentError):
    """Whoever asks has not the role for this."""

    def __init__(self, role: Role) -> None:
        self.role = role
        super().__init__(f"This needs the role {role} or a higher one.")


class MayNotRun(AgentError):
    """Running code on the server is a right of its own. An administrator gives it, under Team."""


class EditConflict(AgentError):
    """Somebody else changed this since you opened it. Reload it and make your change again."""


class AlreadyTaken(AgentError):
    """Another person has this conversation. Ask them, or take it over from them first."""

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(
            f"{person} has this conversation. Ask them, or take it over from them first."
        )


class NotReleased(AgentError):
    """No agent is released on that address."""


class ModelUnavailable(AgentError):
    """The model did not answer. Trying again later may work."""


class WeakPassword(Invalid):
    """Use at least 12 characters that are neither a common password nor your own name."""


class WrongPassword(AgentError):
    """The e-mail address or the password is wrong."""


class ExpiredPassword(AgentError):
    """This one-time password has expired. Ask an administrator for a new one."""


class TooManyAttempts(AgentError):
    """Too many wrong passwords. Wait a little and try again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"Too many wrong passwords. Try again in {seconds:.0f} seconds.")
