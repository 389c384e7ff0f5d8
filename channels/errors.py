"""What can go wrong between a provider and us.

ChannelError
├── BadSignature         a request that its provider did not sign
├── Unparseable          a request that is not what its provider sends
├── FileRefused          a file whose address is not its provider's own
└── ChannelUnavailable   the provider cannot be asked now; later may work
"""


class ChannelError(Exception):
    """Something between a provider and us went wrong."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or (self.__doc__ or "").strip())


class BadSignature(ChannelError):
    """The signature is missing or wrong."""


class Unparseable(ChannelError):
    """The request is not what this provider sends."""


class FileRefused(ChannelError):
    """The file is not where this provider keeps its files."""


class ChannelUnavailable(ChannelError):
    """The provider cannot be asked now. Trying again later may work."""
