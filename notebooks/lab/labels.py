"""The labels that the rows of a dataframe hold."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from .api import Json
from .datasets import plain
from .errors import LabError

VERDICTS: Mapping[Any, str] = {
    "right": "right",
    "wrong": "wrong",
    "unsure": "unsure",
    True: "right",
    False: "wrong",
}


def labels_in(frame: pd.DataFrame) -> Iterator[Json]:
    """The labels that the rows of *frame* hold. Raises LabError for a verdict that is none."""
    subject, column = ("row", "row") if "row" in frame else ("turn", "id")
    if column not in frame or "verdict" not in frame:
        raise LabError("To label, a frame has the columns `id` (as lab.turns gives) and `verdict`.")
    for row in frame.to_dict("records"):
        verdict = row["verdict"]
        if verdict is None or verdict == "" or bool(pd.isna(verdict)):
            continue
        verdict = plain(verdict)
        if verdict not in VERDICTS:
            raise LabError(f"{verdict!r} is no verdict. Write right, wrong or unsure.")
        words = {name: row.get(name) for name in ("comment", "better")}
        kept = {name: str(text) for name, text in words.items() if isinstance(text, str) and text}
        yield {
            "subject": subject,
            "subject_id": str(row[column]),
            "verdict": VERDICTS[verdict],
            **kept,
        }
