"""Read every file of a folder and print what became of it (`make read FOLDER=...`).

For trying the readers on files of one's own, or on the test files of other projects
(docs/knowledge-sources.md names some). Nothing is kept. `--text` prints the sections too.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.base import READABLE, Document
from knowledge.errors import Unreadable
from knowledge.parsing.loaders import read_document


@dataclass(frozen=True)
class Outcome:
    """What became of one file; `refusal` is why there is no text."""

    name: str
    document: Document
    seconds: float
    refusal: str = ""

    @property
    def letters(self) -> int:
        """How long its text is."""
        return sum(len(section.text) for section in self.document)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line a file, what was not kept of it, and how it went with all of them."""
    parser = argparse.ArgumentParser(prog="knowledge.parsing.read", description=__doc__)
    parser.add_argument("folder", type=Path, help="the files of its folders are read as well")
    parser.add_argument("--text", action="store_true", help="print the text of each section, too")
    chosen = parser.parse_args(arguments)
    if not chosen.folder.is_dir():
        parser.error(f"There is no folder {chosen.folder}.")
    outcomes = []
    for one in outcomes_of(chosen.folder):
        outcomes.append(one)
        print("\n".join(lines(one, chosen.text)), flush=True)
    print(total(outcomes))


def outcomes_of(folder: Path) -> Iterator[Outcome]:
    """Read the files of *folder* that are of a kind we read, by name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in READABLE:
            yield _outcome(path, str(path.relative_to(folder)))


def lines(one: Outcome, with_text: bool) -> list[str]:
    """What is printed of a file."""
    figures = f"{one.letters:>9,} letters {len(one.document):>6,} sections {one.seconds:>6.2f} s"
    told = [one.refusal] if one.refusal else [notice.sentence for notice in one.document.notices]
    texts = [section.text for section in one.document] if with_text else []
    marked = [f"    ! {sentence}" for sentence in told]
    shown = [f"    | {line}" for text in texts for line in text.splitlines()]
    return [f"{figures}  {one.name}", *marked, *shown]


def total(outcomes: Sequence[Outcome]) -> str:
    """How it went with all of them."""
    refused = sum(bool(one.refusal) for one in outcomes)
    noticed = sum(bool(one.document.notices) for one in outcomes)
    seconds = sum(one.seconds for one in outcomes)
    return (
        f"{len(outcomes)} files in {seconds:.1f} s: {noticed} with notices, {refused} not read, "
        f"{sum(one.letters for one in outcomes):,} letters"
    )


def _outcome(path: Path, name: str) -> Outcome:
    began = time.monotonic()
    document, refusal = Document(), ""
    try:
        document = read_document(path, path.name)
    except Unreadable as error:
        refusal = f"Not read ({error.code}): {error}"
    return Outcome(name, document, time.monotonic() - began, refusal)


if __name__ == "__main__":
    main()
