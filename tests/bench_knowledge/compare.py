"""`make measure`: every way of searching on both sample agents, side by side."""

from agent.installation import SAMPLES, sample_pairs
from knowledge.measure import Asked, Measurement, measures, table
from notebooks.lab import open_lab

AGENTS = {"autos": "Sofía", "homologa": "Marcos"}


def main() -> None:
    """Read the samples into a laboratory of their own, ask, and print the tables."""
    lab = open_lab()
    unread = lab.sources().query("state != 'ready'")
    if len(unread):
        raise SystemExit(f"Not read, so nothing is measured:\n{unread[['name', 'error']]}")
    together: dict[str, list[Asked]] = {}
    for sample, agent in AGENTS.items():
        found = lab.measure(agent, sample)
        pairs = sample_pairs(SAMPLES / sample)
        known = sum(pair.is_answerable for pair in pairs)
        print(f"\n{sample}: {known} questions, {len(pairs) - known} that nothing answers")
        print(table(found))
        for way, asked in found.asked.items():
            together.setdefault(way, []).extend(asked)
    whole = tuple(measures(way, asked) for way, asked in together.items())
    print("\nboth")
    print(table(Measurement(whole, {way: tuple(asked) for way, asked in together.items()})))


if __name__ == "__main__":
    main()
