"""Experiments: candidates asked the cases of a dataset by the workers, scored, and compared."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from . import shown
from .agents import Agent, Draft, Version
from .answers import Answer
from .api import Api, Json, part
from .errors import LabError
from .frontier import Frontier, frontier
from .progress import Progress, wait_until

SCORERS = (
    "outcome",
    "contains",
    "not_contains",
    "number",
    "cites",
    "nothing",
    "tool",
    "language",
    "length",
    "like",
)
OVER = ("done", "stopped", "over_budget")
ENOUGH = 0.5  # from which a number that a function gives has passed
AT_ONCE = 1_000
COMPARING_SECONDS = 60.0
Candidate = Agent | Draft | Version
Function = Callable[..., Any]


@dataclass(frozen=True)
class Judge:
    """A model that judges each conversation. No model: the installation's own."""

    criteria: str = ""
    model: str = ""
    name: str = "judge"


class Experiment:
    """An experiment of the studio; the page Tests shows the same one."""

    def __init__(
        self,
        api: Api,
        found: Json,
        functions: Sequence[Function] = (),
        given: Sequence[Candidate] = (),
    ) -> None:
        self.api = api
        self.id: str = found["id"]
        self.now: Json = found
        self._functions = functions
        self._given = given  # as they were asked; the studio may spell a spec otherwise

    # --- running

    def refresh(self) -> "Experiment":
        """Look at it again."""
        self.now = self.api.get(f"/experiments/{part(self.id)}")
        return self

    @property
    def is_over(self) -> bool:
        """True when nothing more of it is asked."""
        return self.now["state"] in OVER

    def wait(self, seconds: float = 3600.0) -> "Experiment":
        """Wait until it is over; score it by your functions; wait until it has been compared.

        Stopping the cell stops the waiting alone: the workers go on, and `wait` can be called
        again. Raises LabError after *seconds*.
        """
        bar = Progress(self.now["name"] or "experiment")
        try:
            over = wait_until(lambda: self._look(bar), seconds)
        finally:
            bar.end()
        if not over:
            raise LabError("It is not over yet. The workers go on: found.wait() waits again.")
        names = self.score(*self._functions) if self._functions else set()
        wait_until(lambda: self._is_compared(names), COMPARING_SECONDS)
        return self

    def _look(self, bar: Progress) -> bool:
        progress = self.refresh().now["progress"]
        cost = f"${self.now['cost']:.4f}" if self.now["cost"] else ""
        bar.show(progress["done"] + progress["failed"], progress["total"], cost)
        return self.is_over

    def _is_compared(self, names: set[str]) -> bool:
        sums = self.refresh().now["comparisons"].get("candidates", [])
        return bool(sums) and all(names <= one["scores"].keys() for one in sums if one["rows"])

    def stop(self) -> "Experiment":
        """Ask nothing more; what was answered stays."""
        self.now = self.api.post(f"/experiments/{part(self.id)}/stop")
        return self

    def resume(self, cost_limit: float = 0) -> "Experiment":
        """Go on with one that was stopped, or had cost what it might (US dollars; 0: no limit)."""
        body = {"cost_limit": cost_limit}
        self.now = self.api.post(f"/experiments/{part(self.id)}/resume", body)
        return self

    # --- scoring

    def score(self, *functions: Function) -> set[str]:
        """Score every conversation by *functions* of yours, which run here; return their names.

        A function takes the answer, or the question and the answer (of the last turn), and returns
        True or False, a number from 0 to 1 (which passes from a half on), or None for no score.
        The scores are posted, marked as a client's.
        """
        given = [
            {"row": row["id"], "name": name_of(one), **result}
            for row in self._done()
            for one in functions
            if (result := scored(one, row["question"], row["last"])) is not None
        ]
        for start in range(0, len(given), AT_ONCE):
            path = f"/experiments/{part(self.id)}/scores"
            self.api.post(path, {"scores": given[start : start + AT_ONCE]})
        return {str(one["name"]) for one in given}

    def _done(self) -> Iterator[Json]:
        questions = self._questions()
        for row in self.api.rows(f"/experiments/{part(self.id)}/rows"):
            if row["state"] == "done" and row["answers"]:
                last = Answer.of(row["answers"][-1])
                yield {**row, "question": questions.get(row["case_id"], ""), "last": last}

    def _questions(self) -> dict[str, str]:
        path, version = (
            f"/datasets/{part(self.now['dataset_id'])}/cases",
            self.now["dataset_version"],
        )
        return {
            one["id"]: "\n".join(one["case"]["turns"][-1]["say"]) if one["case"]["turns"] else ""
            for one in self.api.rows(path, version=version)
        }

    # --- looking at it

    @property
    def as_evidence(self) -> Json:
        """How a release names it."""
        return {"experiment": self.id}

    @property
    def labels(self) -> list[str]:
        """What its candidates are called."""
        return [one["label"] for one in self.now["candidates"]]

    @property
    def rows(self) -> pd.DataFrame:
        """One row a conversation, with a column for each score."""
        return pd.DataFrame(
            [
                {
                    "row": row["id"],
                    "question": row["question"],
                    "candidate": self.labels[row["candidate"]],
                    "repeat": row["repeat"],
                    "answer": row["last"].text,
                    "outcome": row["last"].outcome,
                    "passed": row["passed"],
                    **{name: one["value"] for name, one in row["scores"].items()},
                    "why": "; ".join(
                        f"{name}: {one['reason']}"
                        for name, one in row["scores"].items()
                        if not one["passed"]
                    ),
                    "seconds": row["seconds"],
                    "cost": row["cost"],
                    "case_id": row["case_id"],
                }
                for row in self._done()
            ]
        )

    @property
    def table(self) -> pd.DataFrame:
        """One row a candidate: how many passed, the mean of each score, cost and seconds."""
        sums = self._compared()["candidates"]
        rows = [
            {
                "candidate": one["label"],
                "passed": one["passed"],
                "rows": one["rows"],
                **one["scores"],
                "cost": one["cost"],
                "cost a turn": one["cost_a_turn"],
                "seconds": one["seconds"],
            }
            for one in sums
        ]
        return pd.DataFrame(rows).set_index("candidate").round(4)

    def frontier(self) -> Frontier:
        """Return quality against cost and time over the candidates: which of them none beats."""
        return frontier(self._compared()["candidates"])

    def compare(self, old: Candidate | str | int, new: Candidate | str | int) -> "Comparison":
        """Return how two candidates compare, case by case. The one that stands later in the
        experiment is the one that is called better or worse. Raises LabError for one that is not
        in it."""
        places = sorted((self._place(old), self._place(new)))
        for pair in self._compared()["pairs"]:
            if [pair["old"], pair["new"]] == places:
                names = [self.labels[place] for place in places]
                return Comparison(names[0], names[1], pair["measures"], self.rows)
        raise LabError("Name two different candidates of this experiment.")

    def _compared(self) -> Json:
        if not self.now["comparisons"]:
            self.refresh()
        if not self.now["comparisons"]:
            raise LabError("It is not over yet, or not compared: found.wait() waits for it.")
        return dict(self.now["comparisons"])

    def _place(self, one: Candidate | str | int) -> int:
        if isinstance(one, int) and 0 <= one < len(self.labels):
            return one
        for place, given in enumerate(self._given):
            if given is one:
                return place
        there = self.now["candidates"]
        found = [place for place, kept in enumerate(there) if _is_it(one, kept)]
        if not found:
            raise LabError(f"That is no candidate of it. There are: {', '.join(self.labels)}.")
        return found[0]

    def _repr_html_(self) -> str:
        progress = self.now.get("progress") or {}
        facts = {"state": self.now["state"], "cost": f"${self.now['cost']:.4f}", **progress}
        sums = self.now["comparisons"].get("candidates", ())
        rows = [(one["label"], f"{one['passed']} / {one['rows']}") for one in sums]
        head = ("candidate", "passed")
        return shown.block(
            self.now["name"] or "experiment",
            shown.table(rows, head),
            shown.folded("…", shown.pairs(facts)),
        )

    def __repr__(self) -> str:
        return f"<Experiment {self.now['name'] or self.id}, {self.now['state']}>"


@dataclass(frozen=True)
class Comparison:
    """How a new candidate does beside an old one, by one measure a row: the first is passing."""

    old: str
    new: str
    measures: Sequence[Mapping[str, Any]]
    rows: pd.DataFrame

    @property
    def verdict(self) -> str:
        """better, worse, same, accident or too_few."""
        return str(self.measures[0]["verdict"])

    def sentence(self, language: str = "es") -> str:
        """Return it as a manager reads it, in es, en or pt."""
        return str(self.measures[0]["sentence"][language])

    @property
    def frame(self) -> pd.DataFrame:
        """The statistics: one row a measure. `p` is corrected for comparing several."""
        columns = ["measure", "old", "new", "difference", "low", "high", "better", "worse", "same"]
        found = pd.DataFrame(self.measures)[[*columns, "test", "p", "corrected", "verdict"]]
        return found.set_index("measure").round(4)

    @property
    def changed(self) -> pd.DataFrame:
        """The cases that one passes and the other does not, with both answers."""
        keys = ["case_id", "repeat"]
        old, new = (self.rows[self.rows.candidate == name] for name in (self.old, self.new))
        both = old.merge(new, on=keys, suffixes=("_old", "_new"))
        both = both[both.passed_old != both.passed_new].rename(columns={"question_old": "question"})
        return both[["question", "answer_old", "answer_new", "passed_new", "why_old", "why_new"]]

    def _repr_html_(self) -> str:
        head = ("", self.old, self.new, "better", "worse", "same", "p")
        rows = [
            (
                one["measure"],
                f"{one['old']:.4g}",
                f"{one['new']:.4g}",
                one["better"],
                one["worse"],
                one["same"],
                f"{one['corrected']:.3g}",
            )
            for one in self.measures
        ]
        told = "\n".join(self.sentence(language) for language in ("es", "en"))
        title = f"{self.old} → {self.new}"
        return shown.block(title, shown.paragraph(told), shown.table(rows, head))

    def __repr__(self) -> str:
        return f"<Comparison {self.old} → {self.new}: {self.verdict}>"


def _is_it(one: Candidate | str | int, kept: Json) -> bool:
    """Whether a candidate that is kept is *one*: by its label, its version or its spec."""
    if isinstance(one, str | int):
        return bool(one == kept["label"])
    if isinstance(one, Version):
        return bool(one.id == kept["version_id"])
    return kept["version_id"] is None and bool(one.spec == kept["spec"])


def candidate(one: Candidate | str) -> Json:
    """Return a candidate as the API takes it: the draft with changes is sent whole."""
    if isinstance(one, Version):
        return {"version": str(one.number), "label": one.label}
    if isinstance(one, Draft):
        return {"spec": one.spec, "label": one.label}
    if isinstance(one, Agent):
        return {"version": "draft", "label": "draft"}
    raise LabError("A candidate is a draft or a version: lab.agent(...).draft(), .released.")


def distinct(candidates: Sequence[Json]) -> list[Json]:
    """Give candidates of one label different ones."""
    seen: dict[str, int] = {}
    for one in candidates:
        count = seen[one["label"]] = seen.get(one["label"], 0) + 1
        if count > 1:
            one["label"] = f"{one['label'][:74]} ({count})"
    return list(candidates)


def divided(scorers: Sequence[Any]) -> tuple[list[Json], list[Function]]:
    """Return the judges and the functions among *scorers*. What a case expects is looked at in any
    case: the studio's scorers may be named to say so. Raises LabError for what is none."""
    judges, functions = [], []
    for one in [scorers] if isinstance(scorers, str) or callable(scorers) else scorers:
        if isinstance(one, Judge):
            judges.append(asdict(one))
        elif callable(one):
            functions.append(one)
        elif one == "judge":
            judges.append(asdict(Judge()))
        elif one not in SCORERS:
            known = ", ".join(SCORERS)
            raise LabError(f"There is no scorer {one!r}. There are: {known}, or a function.")
    return judges, functions


def name_of(function: Function) -> str:
    """The name of a function as a scorer."""
    name = getattr(function, "__name__", type(function).__name__)
    if name == "<lambda>":
        raise LabError("Give the scorer a name: def my_scorer(answer): ...")
    return name


def scored(function: Function, question: str, answer: Answer) -> Json | None:
    """Return what *function* says of one answer. Raises LabError for what is no score."""
    takes = len(inspect.signature(function).parameters)
    given = function(answer) if takes == 1 else function(question, answer)
    if given is None:
        return None
    value = given.item() if hasattr(given, "item") else given
    if not isinstance(value, bool | int | float) or not 0 <= value <= 1:
        raise LabError(
            f"{name_of(function)} gave {given!r} for {question!r}. A scorer gives True, False, a"
            " number from 0 to 1, or None."
        )
    return {"value": float(value), "passed": value >= ENOUGH}
