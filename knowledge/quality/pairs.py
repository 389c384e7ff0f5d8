"""Questions of which staff know where the answer stands: what a base's searches are measured by."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from knowledge.base import Passage, Transactions
from knowledge.errors import NotAccepted, UnknownSource
from knowledge.tables import bases, pairs

MAX_QUESTION = 1_000  # characters
PairList = list["Pair"]  # `Pairs.list` hides the builtin inside the class


@dataclass(frozen=True)
class Pair:
    """A question and the place that answers it. Without a source: nothing may be found for it."""

    question: str
    source: str = ""  # by the name staff know
    expect: str = ""  # words the passage must hold
    page: int | None = None
    row: int | None = None
    id: int = 0
    base_id: str = ""

    @property
    def is_answerable(self) -> bool:
        """False when the right result is that nothing is found."""
        return bool(self.source)

    def is_answered_by(self, passage: Passage) -> bool:
        """True when *passage* stands in the right place and holds the expected words."""
        return (
            passage.source == self.source
            and self.page in (None, passage.page)
            and self.row in (None, passage.row)
            and _plain(self.expect) in _plain(passage.text)
        )


class Pairs:
    """The saved pairs of every base."""

    def __init__(self, database: Transactions, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    def add(self, base_id: str, pair: Pair, person: str) -> int:
        """Keep *pair* for the base; return its id. Raises NotAccepted or UnknownSource."""
        return self.add_all(base_id, [pair], person)[0]

    def add_all(self, base_id: str, new: Sequence[Pair], person: str) -> list[int]:
        """Keep several at once, all or none."""
        for pair in new:
            if not 1 <= len(pair.question.strip()) <= MAX_QUESTION:
                raise NotAccepted("Write the question, in at most 1,000 characters.", "pair_form")
        with self.database.write() as tx:
            if tx.scalar(select(bases.c.id).where(bases.c.id == base_id)) is None:
                raise UnknownSource("There is no such knowledge base.", "unknown_base")
            rows = (_row(pair) | {"base_id": base_id, "created_by": person} for pair in new)
            added = insert(pairs).returning(pairs.c.id)
            now = self.clock()
            return [tx.scalars(added, row | {"created_at": now}).one() for row in rows]

    def remove(self, pair_id: int) -> None:
        """Forget a pair. Raises UnknownSource."""
        with self.database.write() as tx:
            if not tx.execute(delete(pairs).where(pairs.c.id == pair_id)).rowcount:
                raise UnknownSource("There is no such question.", "unknown_pair")

    def list(self, base_id: str) -> PairList:
        """The pairs of a base, oldest first."""
        columns = [pairs.c[name] for name in Pair.__dataclass_fields__]
        query = select(*columns).where(pairs.c.base_id == base_id).order_by(pairs.c.id)
        with self.database.read() as tx:
            return [Pair(**row._mapping) for row in tx.execute(query)]


def _row(pair: Pair) -> dict[str, str | int | None]:
    return {
        "question": pair.question.strip(),
        "source": pair.source.strip(),
        "expect": pair.expect.strip(),
        "page": pair.page,
        "row": pair.row,
    }


def _plain(text: str) -> str:
    return " ".join(text.split())
