"""What can go wrong in this room. Each sentence is shown to staff as it is.

KnowledgeError
├── Unreadable             a file or page that cannot be turned into text
├── FetchRefused           an address that must not, or could not, be fetched
├── MixedEmbeddings        vectors of another model than the base was made with
├── EmbeddingRefused       the embedding service will not do it, now or later
├── EmbeddingUnavailable   the embedding service did not do it; later may work
├── IndexUnavailable       the vector store did not answer; later may work
└── UnknownSource          no base or source by that id
"""


class KnowledgeError(Exception):
    """Something in the knowledge room went wrong."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or (self.__doc__ or "").strip())


class Unreadable(KnowledgeError):
    """The file cannot be turned into text."""


class FetchRefused(KnowledgeError):
    """That address cannot be fetched."""


class MixedEmbeddings(KnowledgeError):
    """The base was made with another embedding model."""


class EmbeddingRefused(KnowledgeError):
    """The embedding service refused. Trying again will not help."""


class EmbeddingUnavailable(KnowledgeError):
    """The embedding service did not answer. Trying again later may work."""


class IndexUnavailable(KnowledgeError):
    """The vector store did not answer. Trying again later may work."""


class UnknownSource(KnowledgeError):
    """There is no such source."""
