"""`make measure ARGS=file.json`: the same comparison on a public question set of your own.

The file is in SQuAD's format (Rajpurkar and others, 2016), which XQuAD and others share. It stays
where it is; nothing of it is kept. Every passage becomes a source, and a question is answered by
its own. Beside our ways of searching stands plain BM25 over whole passages.
"""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from knowledge.quality.measure import Measurement, measure, table
from knowledge.quality.pairs import Pair
from knowledge.search.tuning import Tuning
from tests.bench_knowledge import plain
from tests.bench_knowledge.alone import Measuring, alone

Questions = tuple[list[str], list[Pair]]
VECTORS = (0.1, 0.2)  # weights at which the built-in vectors are tried beside the lexical side


def read(path: Path) -> Questions:
    """The different passages, and each question with the number of the one it belongs to.

    Leaves with a sentence when the file cannot be read as such a set.
    """
    try:
        found = _questions(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SystemExit(f"{path}: {error.strerror}.") from None
    except (ValueError, TypeError, LookupError, AttributeError):
        raise SystemExit(f"{path}: this is no JSON in the format of SQuAD.") from None
    if not found[1]:
        raise SystemExit(f"{path}: there is no question in it.")
    return found


def compare(questions: Questions) -> str:
    """How each way does on these questions, as a table."""
    texts, pairs = questions
    # Never in the running stack: nobody's customers shall find an encyclopedia.
    with tempfile.TemporaryDirectory(prefix="squad-", ignore_cleanup_errors=True) as folder:
        house = alone(Path(folder))
        retriever, base_ids = house.answering.retriever, [_base(house, texts)]
        asked = dict(measure(retriever, base_ids, pairs).asked)
        for weight in VECTORS:
            tried = measure(retriever, base_ids, pairs, ["hybrid"], Tuning(vector=weight)).asked
            asked[f"hybrid, vectors {weight}"] = tried["hybrid"]
    whole = dict(enumerate(texts))
    asked |= plain.measured(whole, pairs, lambda pair, number: pair.source == str(number))
    return f"{len(texts)} passages, {len(pairs)} questions\n{table(Measurement(asked))}"


def _questions(squad: Any) -> Questions:
    texts: dict[str, int] = {}
    pairs = []
    for article in squad["data"]:
        for paragraph in article["paragraphs"]:
            number = texts.setdefault(paragraph["context"].strip("\ufeff "), len(texts))
            pairs += [Pair(said["question"].strip(), str(number)) for said in paragraph["qas"]]
    return list(texts), pairs


def _base(house: Measuring, texts: Iterable[str]) -> str:
    sources = house.services.sources
    base_id = sources.create_base("SQuAD", "measure", *house.services.embedders.default())
    for number, text in enumerate(texts):
        sources.add_text(base_id, str(number), text, "measure")
    house.read_sources()
    return base_id
