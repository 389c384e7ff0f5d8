"""What can go wrong in this room.

Each error carries a sentence for staff, in English, and a `code` by which the studio finds
the same sentence in another language.

KnowledgeError
├── Unreadable             a file or page that cannot be turned into text
├── FetchRefused           an address that must not, or could not, be fetched
├── MixedEmbeddings        vectors of another model than the base was made with
├── EmbeddingRefused       the embedding service will not do it, now or later
├── EmbeddingUnavailable   the embedding service did not do it; later may work
├── IndexUnavailable       the vector store did not answer; later may work
├── NotAccepted            a name, file or request of the caller's that cannot be used
├── EditConflict           somebody else changed the source since it was looked at
└── UnknownSource          no base or source by that id
"""


class KnowledgeError(Exception):
    """Something in the knowledge room went wrong."""

    code = "knowledge"

    def __init__(self, sentence: str = "", code: str = "") -> None:
        super().__init__(sentence or (self.__doc__ or "").strip())
        self.code = code or type(self).code


class Unreadable(KnowledgeError):
    """The file cannot be turned into text."""

    code = "unreadable"


class FetchRefused(KnowledgeError):
    """That address cannot be fetched."""

    code = "fetch"


class MixedEmbeddings(KnowledgeError):
    """The base was made with another embedding model."""

    code = "embedding_mixed"


class EmbeddingRefused(KnowledgeError):
    """The embedding service refused. Trying again will not help."""

    code = "embedding_refused"


class EmbeddingUnavailable(KnowledgeError):
    """The embedding service did not answer. Trying again later may work."""

    code = "embedding_unavailable"


class IndexUnavailable(KnowledgeError):
    """The vector store did not answer. Trying again later may work."""

    code = "index_unavailable"


class NotAccepted(KnowledgeError):
    """That cannot be added."""

    code = "not_accepted"


class EditConflict(KnowledgeError):
    """Somebody else has changed this source since you opened it. Look at it again first."""

    code = "edit_conflict"


class UnknownSource(KnowledgeError):
    """There is no such source."""

    code = "unknown_source"
