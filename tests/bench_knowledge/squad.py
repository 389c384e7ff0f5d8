"""`make measure ARGS=file.json`: the same comparison on a public question set of your own.

The file is in SQuAD's format (Rajpurkar and others, 2016), which XQuAD and others share. It stays
where it is; nothing of it is kept. Every passage becomes a source, and a question is answered by
its own. Beside our ways of searching stands plain BM25 over whole passages.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from knowledge.measure import Measurement, measure, measures, table
from knowledge.pairs import Pair
from knowledge.tuning import Tuning
from notebooks.lab import Lab, open_lab, read_sources
from tests.bench_knowledge import plain

VECTORS = (0.1, 0.2)  # weights at which the built-in vectors are tried beside the lexical side


def compare(path: Path) -> str:
    """How each way does on the questions in *path*, as a table."""
    texts, pairs = load(json.loads(path.read_text(encoding="utf-8")))
    lab = open_lab()
    library, base_ids = lab.answering.library, [_base(lab, texts)]
    found = list(measure(library, base_ids, pairs).measures)
    for weight in VECTORS:
        asked = measure(library, base_ids, pairs, ["hybrid"], Tuning(vector=weight)).asked
        found.append(measures(f"hybrid, vectors {weight}", asked["hybrid"]))
    whole = plain.measured(
        dict(enumerate(texts)), pairs, lambda pair, number: pair.source == str(number)
    )
    found += plain.lines(whole)
    return f"{len(texts)} passages, {len(pairs)} questions\n{table(Measurement(tuple(found), {}))}"


def load(squad: dict[str, Any]) -> tuple[list[str], list[Pair]]:
    """The different passages, and each question with the number of the one it belongs to."""
    texts: dict[str, int] = {}
    pairs = []
    for article in squad["data"]:
        for paragraph in article["paragraphs"]:
            number = texts.setdefault(paragraph["context"].strip("\ufeff "), len(texts))
            pairs += [Pair(said["question"].strip(), str(number)) for said in paragraph["qas"]]
    return list(texts), pairs


def _base(lab: Lab, texts: Iterable[str]) -> str:
    desk = lab.services.sources
    base_id = desk.create_base("SQuAD", "measure", *lab.services.embedders.default())
    for number, text in enumerate(texts):
        desk.add_text(base_id, str(number), text, "measure")
    read_sources(lab.services, lab.answering.library.vectors)
    return base_id
