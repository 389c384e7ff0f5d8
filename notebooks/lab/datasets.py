"""Datasets: what agents are tested with, made of dataframes, questions or cases.

A row of a dataframe becomes a case of one question. What is expected of its answer stands in these
columns, each of which may be missing or empty: `contains`, `not_contains`, `number`, `cites` (one,
or a list), `nothing`, `language`, `most_words`, `like`, `expect_outcome`; `notes` and `tags` beside
them. Rows that were labelled need none: what is `better`, or an answer that was `right`, is what
the next answer must be like, and the `comment` becomes the note.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from . import shown
from .api import Api, Json, part
from .errors import LabError

MANY = ("contains", "not_contains", "number", "cites", "tools")
ONE = ("nothing", "language", "most_words", "like")
AT_ONCE = 500


class Dataset:
    """The cases of an agent under a name. It is made when the first case is added."""

    def __init__(self, api: Api, name: str, agent_id: str = "", found: Json | None = None) -> None:
        self.api, self.name = api, name
        self.agent_id = agent_id
        self._found = found

    @property
    def id(self) -> str:
        """Its id. Raises LabError while it has no case."""
        if self._found is None:
            raise LabError(f"The dataset {self.name!r} has no case yet: dataset.add(frame).")
        return str(self._found["id"])

    @property
    def version(self) -> int:
        """Rises with each change of its cases."""
        return int(self.api.get(f"/datasets/{part(self.id)}")["version"])

    def add(self, cases: "pd.DataFrame | Sequence[str | Mapping[str, Any]]") -> "Dataset":
        """Add the rows of a dataframe, questions, or cases as the API takes them; return the
        dataset. One that asks the same as one that is there takes its place.

        Raises LabError when there is nothing to add, or whose it is cannot be told.
        """
        found = list(read_cases(cases))
        if not found:
            raise LabError("There is no case in that: the frame has no row.")
        if self._found is None:
            self._make(cases)
        for conversation, some in _by_conversation(found).items():
            for start in range(0, len(some), AT_ONCE):
                body: Json = {"cases": some[start : start + AT_ONCE], "origin": "frame"}
                body |= {"conversation_id": conversation} if conversation else {}
                self.api.post(f"/datasets/{part(self.id)}/cases", body)
        return self

    @property
    def cases(self) -> pd.DataFrame:
        """One row a case."""
        rows = [_shown(one) for one in self.api.rows(f"/datasets/{part(self.id)}/cases")]
        return pd.DataFrame(rows, columns=["id", "question", "turns", "expect", "notes", "origin"])

    def remove(self, case_ids: str | Sequence[str]) -> None:
        """Take cases out."""
        for one in [case_ids] if isinstance(case_ids, str) else case_ids:
            self.api.send("DELETE", f"/datasets/{part(self.id)}/cases/{part(one)}")

    def _make(self, cases: Any) -> None:
        agent_id = self.agent_id or agent_in(cases)
        if not agent_id:
            raise LabError(
                f'Say whose dataset {self.name!r} is: lab.dataset("{self.name}", agent="...").'
            )
        self.agent_id = agent_id
        path = f"/agents/{part(agent_id)}/datasets"
        self._found = self.api.post(path, {"name": self.name})

    def _repr_html_(self) -> str:
        rows = [] if self._found is None else self.cases[["question", "expect"]].values.tolist()
        return shown.block(self.name, shown.table(rows, ("question", "expect")))

    def __repr__(self) -> str:
        return f"<Dataset {self.name}>"


def agent_in(cases: Any) -> str:
    """The one agent that the rows of a dataframe are about; empty when it is not one."""
    if not isinstance(cases, pd.DataFrame) or "agent_id" not in cases:
        return ""
    found = set(cases["agent_id"].dropna())
    return str(found.pop()) if len(found) == 1 else ""


def read_cases(cases: Any) -> Iterator[tuple[int, Json]]:
    """Return each case as the API takes it, with the conversation its words are from (0: none)."""
    if isinstance(cases, pd.DataFrame):
        if "question" not in cases:
            raise LabError("The frame has no column `question`, which each case begins with.")
        for row in cases.to_dict("records"):
            yield _number(row.get("conversation_id")), case_of(row)
        return
    for one in [cases] if isinstance(cases, str | Mapping) else cases:
        yield 0, {"turns": [{"say": [one]}]} if isinstance(one, str) else dict(one)


def case_of(row: Mapping[str, Any]) -> Json:
    """Return one row as a case."""
    filled = {name: value for name, value in row.items() if not _is_empty(value)}
    expect: Json = {name: _many(filled[name]) for name in MANY if name in filled}
    expect |= {name: filled[name] for name in ONE if name in filled}
    if "expect_outcome" in filled:
        expect["outcome"] = filled["expect_outcome"]
    learned = filled.get("better") or (filled.get("answer") if _is_right(filled) else "")
    if learned:
        expect.setdefault("like", learned)
    case: Json = {"turns": [{"say": _lines(filled), "expect": plain(expect)}]}
    if note := filled.get("notes") or filled.get("comment"):
        case["notes"] = str(note)
    if "tags" in filled:
        case["tags"] = _many(filled["tags"])
    return case


def _lines(row: Mapping[str, Any]) -> list[str]:
    question = row.get("question", "")
    lines = [line for line in str(question).splitlines() if line.strip()]
    if not lines:
        raise LabError("A row has no question. Leave it out: frame[frame.question != ''].")
    return lines


def _is_right(row: Mapping[str, Any]) -> bool:
    return row.get("verdict") in ("right", True)


def _is_empty(value: Any) -> bool:
    if isinstance(value, list | tuple | dict | set):
        return not value
    return value is None or value == "" or bool(pd.isna(value))


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set) else [value]


def plain(value: Any) -> Any:
    """Return *value* as JSON has it: numbers of numpy, and whole ones of columns with gaps."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(one) for one in value]
    value = value.item() if hasattr(value, "item") else value
    whole = isinstance(value, float) and math.isfinite(value) and value.is_integer()
    return int(value) if whole else value


def _number(value: Any) -> int:
    return 0 if _is_empty(value) else int(value)


def _by_conversation(found: Sequence[tuple[int, Json]]) -> Mapping[int, list[Json]]:
    by_conversation: dict[int, list[Json]] = defaultdict(list)
    for conversation, case in found:
        by_conversation[conversation].append(case)
    return by_conversation


def _shown(one: Json) -> Json:
    case = one["case"]
    turns = case["turns"]
    expect = [_expected(turn["expect"]) for turn in turns]
    said = "\n".join(turns[0]["say"]) if turns else case["goal"]
    return {
        "id": one["id"],
        "question": said,
        "turns": len(turns),
        "expect": "; ".join(filter(None, expect)),
        "notes": case["notes"],
        "origin": one["origin"],
    }


def _expected(expect: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in expect.items() if value)
