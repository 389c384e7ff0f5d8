"""`make measure`: every way of searching on both sample agents, and what they answer."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from actions.installation import sample_pairs
from agent.invented import SAMPLES
from knowledge.base import Passage
from knowledge.quality.measure import Asked, Measurement, measure, table
from knowledge.quality.pairs import Pair
from tests.bench_knowledge import plain, squad
from tests.bench_knowledge.alone import Measuring, open_measuring
from tests.bench_knowledge.answers import answered

AGENTS = {"autos": "Sofía", "homologa": "Marcos"}


def main() -> None:
    """Print the tables: of the samples, or of the question sets in the files that are named."""
    for path in sys.argv[1:]:
        print(f"\n{Path(path).name}: {squad.compare(squad.read(Path(path)))}")
    if not sys.argv[1:]:
        _samples()


def _samples() -> None:
    house = open_measuring()
    if unread := house.unread():
        raise SystemExit("\n".join(["Not read, so nothing is measured:", *unread]))
    together: dict[str, list[Asked]] = {}
    for sample, agent in AGENTS.items():
        pairs = sample_pairs(SAMPLES / sample)
        known = sum(pair.is_answerable for pair in pairs)
        print(f"\n{sample}: {known} questions, {len(pairs) - known} that nothing answers")
        found = measure(house.answering.retriever, house.bases(agent), pairs)
        asked = {**found.asked, **_plain(house, agent, pairs)}
        print(table(Measurement(asked)))
        print(answered(house, house.draft(agent), pairs))
        for way, some in asked.items():
            together.setdefault(way, []).extend(some)
    print("\nboth")
    print(table(Measurement(together)))


def _plain(house: Measuring, agent: str, pairs: Sequence[Pair]) -> dict[str, list[Asked]]:
    """The same questions asked of a bare index of the same passages."""
    passages = {one.chunk_id: one for base in house.bases(agent) for one in _passages(house, base)}
    texts = {number: f"{one.heading} {one.text}" for number, one in passages.items()}
    return plain.measured(texts, pairs, lambda pair, n: pair.is_answered_by(passages[n]))


def _passages(house: Measuring, base_id: str) -> Iterator[Passage]:
    sources = house.services.sources
    for source in sources.list(base_id):
        for held in sources.chunks(source.id, limit=source.total):
            yield Passage(
                held.id,
                base_id,
                source.id,
                source.name,
                held.source_version,
                held.text,
                0.0,
                held.page,
                held.row,
                held.heading,
            )


if __name__ == "__main__":
    main()
