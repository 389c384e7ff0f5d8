"""The lab itself: one studio as the holder of a token sees it."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from . import shown
from .agents import Agent, Draft, Version, dated, read_files
from .answers import Answer
from .api import Api, Json, part
from .datasets import Dataset, agent_in
from .errors import LabError, NotFound
from .experiments import Candidate, Experiment, Judge, candidate, distinct, divided
from .kept import KeptNotebook
from .kept import read as read_notebook
from .labels import labels_in
from .notebook import Notebook, this_notebook
from .progress import Progress
from .replays import Replay

DAY = 86_400.0
AT_ONCE = 1_000
TURN_COLUMNS = [
    "id",
    "question",
    "answer",
    "outcome",
    "agent_name",
    "version",
    "channel",
    "started_at",
    "cost",
    "missed",
    "handoff_reason",
    "sources",
    "conversation_id",
    "agent_id",
    "model",
    "owner",
    "error",
]


class Lab:
    """One studio, with the rights of one token. `lab["Sofía"]` completes the agents' names."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.me: Json = api.get("/me")

    # --- agents

    def agents(self) -> pd.DataFrame:
        """Return one row an agent, by name."""
        rows = [
            {
                "name": one["name"],
                "brand": one["draft"]["brand"],
                "revision": one["revision"],
                "released": ", ".join(f"{r['channel']} v{r['version']}" for r in one["released"]),
                "tools": shown.tools(one["draft"]["tools"]),
                "id": one["id"],
            }
            for one in self.api.rows("/agents")
        ]
        columns = ["name", "brand", "revision", "released", "tools", "id"]
        return pd.DataFrame(rows, columns=columns).sort_values("name", ignore_index=True)

    def agent(self, name: str) -> Agent:
        """Return the agent of that name or id. Raises NotFound, naming those there are."""
        there = list(self.api.rows("/agents"))
        found = [one for one in there if name == one["id"]]
        found = found or [one for one in there if name == one["name"]]
        if not found:
            names = ", ".join(sorted(one["name"] for one in there)) or "none yet"
            raise NotFound(f"There is no agent called {name}. There are: {names}.")
        if len(found) > 1:
            ids = ", ".join(one["id"] for one in found)
            raise LabError(f"{len(found)} agents are called {name}. Say which by its id: {ids}.")
        return Agent(self.api, found[0])

    def create(
        self,
        name: str,
        *,
        files: Sequence[str | Path] = (),
        urls: Sequence[str] = (),
        texts: Mapping[str, str] | None = None,
        wait: bool = True,
        **fields: Any,
    ) -> Agent:
        """Make an agent: its *fields* (brand, tone, instructions, tools, ...) and what it looks
        into. The studio shows it at once. Raises Refused for values that cannot be used."""
        list(read_files(files))  # before anything is made
        agent = Agent(self.api, self.api.post("/agents", {"name": name, **fields}))
        return agent.add(files, urls, texts, wait)

    def __getitem__(self, name: str) -> Agent:
        return self.agent(name)

    def _ipython_key_completions_(self) -> list[str]:
        return [one["name"] for one in self.api.rows("/agents")]

    # --- knowledge

    def bases(self) -> pd.DataFrame:
        """Return one row a knowledge base."""
        columns = ["name", "sources", "passages", "provider", "model", "revision", "id"]
        return pd.DataFrame(list(self.api.rows("/bases")), columns=columns)

    def search(self, agent: str | Agent, question: str) -> pd.DataFrame:
        """Return the passages that *agent* would be given for *question*, best first."""
        found = [
            passage
            for base in self._bases_of(agent)
            for passage in self.api.post(f"/bases/{part(base)}/search", {"question": question})[
                "passages"
            ]
        ]
        for one in found:
            one["found_by"] = " + ".join(one["found_by"])
        columns = ["score", "source", "page", "row", "text", "found_by"]
        frame = pd.DataFrame(found, columns=columns)
        return frame.sort_values("score", ascending=False, ignore_index=True)

    def measure(self, agent: str | Agent) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Ask the saved questions of the agent's first base by every way of searching; return the
        measures of each way, and the rank of each answer (empty: not found)."""
        found = self.api.post(f"/bases/{part(self._bases_of(agent)[0])}/measure")
        ways = pd.DataFrame(found["ways"])
        return (ways.set_index("way").round(3) if len(ways) else ways), pd.DataFrame(found["ranks"])

    def advice(self, agent: str | Agent) -> pd.DataFrame:
        """Try other settings on the saved questions; nothing is changed. Best first."""
        found = self.api.post(f"/bases/{part(self._bases_of(agent)[0])}/advice")
        rows = [{**one["tuning"], **one["measures"]} for one in found["trials"]]
        return pd.DataFrame(rows).round(3)

    def _bases_of(self, agent: str | Agent) -> list[str]:
        found = self._agent(agent)
        bases = list(found.spec["knowledge"]["bases"])
        if not bases:
            raise LabError(f"{found.name} has no knowledge base: agent.add(files=[...]) makes one.")
        return bases

    # --- what customers asked

    def turns(
        self,
        agent: str | Agent | None = None,
        *,
        days: float | None = None,
        limit: int = 10_000,
        **filters: Any,
    ) -> pd.DataFrame:
        """Return turns, the latest first: one row a question with its answer. The server filters.

        *days*: of the last so many. More filters: *outcome* (answered, fallback, handoff),
        *version*, *channel*, *conversation*, *owner* (bot, human), *label* (right, wrong, unsure),
        *labelled*, *handed_off*, *missed* (True or False), *text*, *cost_from*, *cost_to*, and
        *since*, *until* (moments, or seconds since 1970).
        """
        rows = list(self.api.rows("/turns", limit, **self._filters(agent, days, filters)))
        for row in rows:
            row["sources"] = ", ".join(dict.fromkeys(one["source"] for one in row["citations"]))
        frame = dated(pd.DataFrame(rows, columns=TURN_COLUMNS), "started_at")
        return frame.assign(version=frame.version.astype("Int64"))

    def turn(self, turn_id: str) -> Answer:
        """Return one turn's answer with every step that led to it."""
        found = self.api.get(f"/turns/{part(turn_id)}")
        tokens = {name: found[name] for name in ("input_tokens", "output_tokens", "cost")}
        return Answer.of({**found, "text": found["answer"], "usage": tokens})

    def conversations(self, agent: str | Agent | None = None, limit: int = 1_000) -> pd.DataFrame:
        """Return one row a conversation, the newest message first."""
        whose = self._agent(agent).id if agent is not None else None
        columns = ["id", "channel", "customer_name", "owner", "agent_name", "last_author"]
        columns += ["last_text", "last_message_at", "unanswered", "dead"]
        rows = list(self.api.rows("/conversations", limit, agent=whose))
        return dated(pd.DataFrame(rows, columns=columns), "last_message_at").set_index("id")

    def thread(self, conversation_id: int) -> pd.DataFrame:
        """Return one row a message of a conversation, the oldest first."""
        rows = list(self.api.rows(f"/conversations/{part(conversation_id)}/messages"))[::-1]
        columns = ["created_at", "author", "text", "version", "delivery", "cost", "turn_id"]
        return dated(pd.DataFrame(rows, columns=columns), "created_at")

    def insights(self, days: int = 7, agent: str | Agent | None = None) -> Json:
        """Return the figures of the last *days*, today included: `totals`, `days`, `missed`..."""
        today = datetime.now(UTC).date()
        first = datetime.fromtimestamp(time.time() - (days - 1) * DAY, UTC).date()
        whose = self._agent(agent).id if agent is not None else None
        return self.api.get("/insights", first=str(first), last=str(today), agent=whose)

    def _filters(
        self, agent: str | Agent | None, days: float | None, filters: Mapping[str, Any]
    ) -> Json:
        sent = dict(filters)
        if agent is not None:
            sent["agent"] = self._agent(agent).id
        if days is not None:
            sent["since"] = time.time() - days * DAY
        for name in ("since", "until"):
            if name in sent and not isinstance(sent[name], int | float):
                sent[name] = pd.Timestamp(sent[name]).timestamp()
        return sent

    # --- labels

    def label(self, frame: pd.DataFrame, *, by: str = "person", name: str = "") -> int:
        """Keep what the column `verdict` says (right, wrong, unsure; True, False) of each turn,
        with its `comment` and what would have been `better`; return how many. Rows without a
        verdict are left out. Rows of `experiment.rows` are labelled, too.

        *by*: person, judge or code; *name* tells several labels of yours apart.
        """
        given = [one | {"by": by} | ({"name": name} if name else {}) for one in labels_in(frame)]
        bar = Progress("labels", quiet=len(given) <= AT_ONCE)
        for start in range(0, len(given), AT_ONCE):
            self.api.post("/labels", {"labels": given[start : start + AT_ONCE]})
            bar.show(min(start + AT_ONCE, len(given)), len(given))
        bar.end()
        return len(given)

    def labels(
        self, agent: str | Agent | None = None, *, days: float | None = None
    ) -> pd.DataFrame:
        """Return what everybody said of turns, the newest first; `id` is the turn's."""
        rows = list(self.api.rows("/labels", **self._filters(agent, days, {})))
        columns = ["subject_id", "verdict", "comment", "better", "person", "by", "name"]
        frame = pd.DataFrame(rows, columns=[*columns, "created_at"])
        return dated(frame.rename(columns={"subject_id": "id"}), "created_at")

    # --- datasets and experiments

    def datasets(self, agent: str | Agent | None = None) -> pd.DataFrame:
        """Return one row a dataset."""
        rows = list(self._datasets(agent))
        columns = ["name", "agent", "version", "created_by", "created_at", "id"]
        return dated(pd.DataFrame(rows, columns=columns), "created_at")

    def dataset(self, name: str, agent: str | Agent | None = None) -> Dataset:
        """Return the dataset of that name; of any agent, when only one has such a one. It is made
        when the first case is added to it."""
        found = [one for one in self._datasets(agent) if name in (one["name"], one["id"])]
        if len(found) > 1:
            whose = ", ".join(one["agent"] for one in found)
            raise LabError(f"Several agents have a dataset {name!r}: {whose}. Say agent=... .")
        if found:
            return Dataset(self.api, found[0]["name"], found[0]["agent_id"], found[0])
        return Dataset(self.api, name, self._agent(agent).id if agent is not None else "")

    def _datasets(self, agent: str | Agent | None) -> Iterator[Json]:
        agents = [self._agent(agent)] if agent is not None else self._every_agent()
        for one in agents:
            for found in self.api.rows(f"/agents/{part(one.id)}/datasets"):
                yield {**found, "agent": one.name}

    def _every_agent(self) -> list[Agent]:
        return [Agent(self.api, one) for one in self.api.rows("/agents")]

    def experiment(
        self,
        cases: "Dataset | pd.DataFrame | Sequence[str]",
        candidates: "Candidate | Sequence[Candidate]",
        repeats: int = 1,
        scorers: Sequence[Any] = (),
        *,
        name: str = "",
        cost_limit: float = 0.0,
        wait: bool = True,
    ) -> Experiment:
        """Ask *candidates* (drafts, versions) the *cases*, each *repeats* times; the workers do.

        *scorers*: judges and functions of yours (see `Experiment.score`), beside what each case
        expects. *cost_limit*: US dollars, 0 for none. Waits until it is over, unless *wait* is
        False.
        """
        one = isinstance(candidates, Agent | Draft | Version)
        listed: list[Any] = [candidates] if one else list(candidates)  # type: ignore[arg-type]
        asked = distinct([candidate(one) for one in listed])
        judges, functions = divided(scorers)
        dataset = cases if isinstance(cases, Dataset) else self._passing(cases, listed, name)
        body = {
            "dataset_id": dataset.id,
            "candidates": asked,
            "name": name or dataset.name,
            "repeats": repeats,
            "judges": judges,
            "cost_limit": cost_limit,
        }
        made = Experiment(self.api, self.api.post("/experiments", body), functions, listed)
        return made.wait() if wait else made

    def _passing(self, cases: Any, candidates: Sequence[Any], name: str) -> Dataset:
        """A dataset for cases that are none yet, named after what they ask."""
        digest = hashlib.sha256(repr(cases).encode()).hexdigest()[:6]
        agent = agent_in(cases) or candidates[0].agent.id if candidates else ""
        return self.dataset(name or f"lab {digest}", agent or None).add(cases)

    def judge(self, criteria: str = "", model: str = "", name: str = "judge") -> Judge:
        """Return a model as a scorer. Several have names that begin with `judge:`."""
        return Judge(criteria, model, name)

    def replay(
        self,
        candidate_: Candidate,
        *,
        days: float = 7,
        name: str = "",
        cost_limit: float = 0.0,
        wait: bool = True,
        **recorded: Any,
    ) -> Replay:
        """Play the recorded conversations of the candidate's agent to it, with their gaps; nothing
        is sent. *recorded*: *version*, *channel*, *label* of the turns, and *most* conversations.
        """
        agent = candidate_ if isinstance(candidate_, Agent) else candidate_.agent
        body = {"candidate": candidate(candidate_), "days": days, "name": name, **recorded}
        path = f"/agents/{part(agent.id)}/replays"
        made = Replay(self.api, self.api.post(path, {**body, "cost_limit": cost_limit}))
        return made.wait() if wait else made

    def this_notebook(self, path: str | Path = "") -> Notebook:
        """Return the notebook that runs, or the one at *path*, as evidence for a release."""
        return this_notebook(path)

    def notebooks(self) -> pd.DataFrame:
        """Return one row a notebook that the studio keeps."""
        columns = ["name", "origin", "due_at", "updated_by", "id"]
        return pd.DataFrame(self.api.rows("/notebooks"), columns=columns)

    def notebook(self, name: str) -> KeptNotebook:
        """Return the notebook of that name or id. Raises NotFound, naming those there are."""
        there = list(self.api.rows("/notebooks"))
        for one in there:
            if name in (one["id"], one["name"]):
                return KeptNotebook(self.api, one)
        names = ", ".join(sorted({one["name"] for one in there})) or "none yet"
        raise NotFound(f"There is no notebook called {name}. There are: {names}.")

    def keep_notebook(self, path: str | Path, name: str = "") -> KeptNotebook:
        """Keep the notebook at *path* in the studio, without its outputs, in the place of the one
        that was saved under the same *name* (the file's own without one)."""
        called, body = name or Path(path).stem, read_notebook(path)
        for one in self.api.rows("/notebooks"):
            if one["name"] == called and one["origin"] == "saved":
                found = self.api.send("PUT", f"/notebooks/{part(one['id'])}", {"body": body})
                return KeptNotebook(self.api, found)
        made = self.api.post("/notebooks", {"name": called, "body": body})
        return KeptNotebook(self.api, made)

    # --- telling people

    def alert(
        self,
        subject: str | Mapping[str, str],
        text: str | Mapping[str, str] = "",
        *,
        key: str = "",
        to: Sequence[str] = (),
        link: str = "",
    ) -> int:
        """Tell people, each by the ways and in the hours they chose; return how many alerts that
        made. *to*: e-mail addresses; none: every editor and administrator. The same *key* is told
        once; without one, the same subject once a day."""
        today = datetime.now(UTC).date().isoformat()
        digest = hashlib.sha256(repr(subject).encode()).hexdigest()[:12]
        body = {"subject": subject, "text": text, "to": list(to), "link": link}
        return int(self.api.post("/alerts", {**body, "key": key or f"{today} {digest}"})["alerts"])

    # --- the rest

    def _agent(self, agent: str | Agent) -> Agent:
        return agent if isinstance(agent, Agent) else self.agent(agent)

    def _repr_html_(self) -> str:
        facts = {"studio": self.api.url, "you": self.me["name"], "role": self.me["role"]}
        return shown.block("lab", shown.pairs(facts))

    def __repr__(self) -> str:
        return f"<Lab {self.api.url}, {self.me['name']} ({self.me['role']})>"
