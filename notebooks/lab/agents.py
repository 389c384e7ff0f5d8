"""Agents: the draft that is edited, and the versions that customers meet."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from . import shown
from .answers import Answer
from .api import Api, Json, part
from .errors import Conflict, LabError, NotFound
from .notebook import Notebook
from .progress import Progress, wait_until
from .shares import Share, shares

READING_SECONDS = 600.0
History = Sequence["tuple[str, str] | Mapping[str, str]"]  # (customer | agent | human, words)


class Agent:
    """An agent by its name and id; what it says of itself is read when it is asked for."""

    def __init__(self, api: Api, found: Json) -> None:
        self.api = api
        self.id: str = found["id"]
        self.name: str = found["name"]

    @property
    def now(self) -> Json:
        """Everything that the API says of it: draft, revision, where it is released."""
        return self.api.get(f"/agents/{part(self.id)}")

    @property
    def spec(self) -> Json:
        """Its draft as it is saved."""
        return dict(self.now["draft"])

    def draft(self, **changes: Any) -> "Draft":
        """Return its draft with *changes*; nothing is saved. Raises LabError for a field that a
        draft does not have."""
        found = self.now
        return Draft(self, found["draft"], found["revision"]).but(**changes)

    @property
    def versions(self) -> pd.DataFrame:
        """One row a version, the newest first."""
        columns = ["number", "label", "note", "created_by", "created_at", "id"]
        rows = list(self.api.rows(f"/agents/{part(self.id)}/versions"))
        return dated(pd.DataFrame(rows, columns=columns), "created_at")

    def version(self, number: int) -> "Version":
        """Return a version by its number. Raises NotFound."""
        return Version(self, self.api.get(f"/agents/{part(self.id)}/versions/{part(number)}"))

    @property
    def released(self) -> "Version":
        """The version that was released last. Raises NotFound when none was."""
        found = list(self.api.rows(f"/agents/{part(self.id)}/releases", 1))
        if not found:
            raise NotFound(f"{self.name} has no version yet. draft.release(...) makes one.")
        return self.version(found[0]["number"])

    def ask(self, *lines: str, history: History = ()) -> Answer:
        """Try what its saved draft answers to *lines*; nothing is kept and nothing is sent."""
        return asked(self, lines, history, version="draft")

    def chat(self, text: str, conversation: str = "") -> Answer:
        """Write to it as a customer, through the inbox, and return its reply. The conversation
        stays, as every one does; go on with `answer.conversation`."""
        body = {"agent_id": self.id, "message": text}
        body |= {"conversation_id": conversation} if conversation else {}
        return Answer.of_chat(self.api.post("/chat", body))

    @property
    def sources(self) -> pd.DataFrame:
        """One row a source that it looks into, and how far each has been read."""
        rows = self.api.get(f"/agents/{part(self.id)}/knowledge")["sources"]
        for row in rows:
            row["notices"] = " ".join(notice["sentence"] for notice in row["notices"])
        columns = ["name", "state", "done", "total", "error", "notices", "kind", "base_id", "id"]
        return pd.DataFrame(rows, columns=columns)

    def add(
        self,
        files: Sequence[str | Path] = (),
        urls: Sequence[str] = (),
        texts: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> "Agent":
        """Give it files, pages, and texts by their names; unless *wait* is False, until they have
        been read. Raises LabError for a file that is not there."""
        path = f"/agents/{part(self.id)}/knowledge"
        for name, body in read_files(files):
            self.api.send("POST", path, files=[("files", (name, body))])
        for url in urls:
            self.api.post(path, {"url": url})
        for name, text in (texts or {}).items():
            self.api.post(path, {"name": name, "text": text})
        if wait and (files or urls or texts):
            self.wait_until_read()
        return self

    def wait_until_read(self, seconds: float = READING_SECONDS) -> None:
        """Wait until nothing waits to be read any more; say what could not be."""
        bar = Progress(f"{self.name}: reading")

        def over() -> bool:
            states = list(self.sources.state)
            done = sum(state in ("ready", "failed") for state in states)
            bar.show(done, len(states))
            return done == len(states)

        read = wait_until(over, seconds)
        bar.end()
        if not read:
            raise LabError(f"Not everything was read in {seconds:.0f} seconds: see agent.sources.")
        for one in self.sources.query("state == 'failed'").itertuples():
            print(f"{one.name}: {one.error}")

    def release(self, channel: str, *, version: int, note: str = "", **more: Any) -> "Version":
        """Let an older *version* answer on *channel*: a roll-back."""
        return released(self, channel, {"version": version, "note": note}, **more)

    def shares(self) -> list[Share]:
        """Return what a part of the customers meet or met, the newest first; one begins by
        `draft.release(channel, share=0.1)`."""
        return shares(self.api, self.id)

    def archive(self) -> None:
        """Put it away; its conversations and versions stay."""
        self.api.send("DELETE", f"/agents/{part(self.id)}")

    def _repr_html_(self) -> str:
        found = self.now
        spec = found["draft"]
        places = [(one["channel"], f"v{one['version']}") for one in found["released"]]
        facts = {name: spec.get(name) for name in ("brand", "description", "tone")}
        facts |= {"tools": shown.tools(spec.get("tools", ())), "revision": found["revision"]}
        return shown.block(
            self.name,
            shown.pairs(facts),
            shown.table(places, ("channel", "version")),
            shown.folded("instructions", shown.paragraph(spec.get("instructions", ""))),
        )

    def __repr__(self) -> str:
        return f"<Agent {self.name} {self.id}>"


class Draft:
    """What an agent could be: its draft with changes that are not saved, until `save`."""

    def __init__(
        self, agent: Agent, spec: Json, revision: int, changes: Json | None = None
    ) -> None:
        self.agent, self.spec, self.revision = agent, spec, revision
        self.changes: Json = changes or {}

    @property
    def label(self) -> str:
        """How an experiment calls it."""
        return f"draft: {', '.join(self.changes)}"[:80] if self.changes else "draft"

    def but(self, **changes: Any) -> "Draft":
        """Return a draft with more *changes*. Parts, as `handoff={"topics": [...]}`, keep what is
        not named. Raises LabError for a field that a draft does not have."""
        if unknown := sorted(changes.keys() - self.spec.keys()):
            known = ", ".join(sorted(self.spec))
            raise LabError(f"A draft has no field {', '.join(unknown)}. It has: {known}.")
        both = merged(self.changes, changes)
        return Draft(self.agent, merged(self.spec, changes), self.revision, both)

    def ask(self, *lines: str, history: History = ()) -> Answer:
        """Return what it answers to *lines* (one burst of a customer) after *history*, on the way
        of every answer. Nothing is kept and nothing is sent."""
        return asked(self.agent, lines, history, spec=self.spec)

    def trial(self, questions: str | Sequence[str]) -> pd.DataFrame:
        """Return what it answers to each of *questions*, one conversation each."""
        return tried(self.ask, questions)

    def save(self) -> "Draft":
        """Save the changes. What customers meet stays until a release. Raises Conflict when
        somebody else has saved meanwhile, Refused for values that cannot be used."""
        path = f"/agents/{part(self.agent.id)}"
        try:
            kept = self.agent.api.send("PATCH", path, self.changes, match=self.revision)
        except Conflict:
            raise Conflict(
                f"Somebody else has changed {self.agent.name} since you read it. Begin again with"
                " what is there now: lab.agent(...).draft(...)."
            ) from None
        self.spec, self.revision, self.changes = kept["draft"], kept["revision"], {}
        self.agent.name = kept["name"]
        return self

    def release(self, channel: str, *, note: str = "", **more: Any) -> "Version":
        """Let it answer customers on *channel*, as a new version. Save it first.

        More: *address*, *replaces*, *evidence* (experiments, `lab.this_notebook()`), *share* (0.1:
        a tenth of the customers, see `Agent.shares`), *settles_after* (customers, after which that
        share settles itself), *override*. Raises Refused with what keeps the release back.
        """
        if self.changes:
            raise LabError("Save it first, so that everybody sees what is released: draft.save().")
        body = {"revision": self.revision, "note": note}
        return released(self.agent, channel, body, **more)

    def _repr_html_(self) -> str:
        return shown.block(f"{self.agent.name}, {self.label}", shown.pairs(self.changes))

    def __repr__(self) -> str:
        return f"<Draft of {self.agent.name}, changed: {', '.join(self.changes) or 'nothing'}>"


class Version:
    """A draft as it was when it was released; it never changes."""

    def __init__(self, agent: Agent, found: Json) -> None:
        self.agent = agent
        self.id: str = found["id"]
        self.number: int = found["number"]
        self.spec: Json = found["spec"]
        self.note: str = found["note"]
        self.evidence: Json = found.get("evidence") or {}

    @property
    def label(self) -> str:
        """How an experiment calls it."""
        return f"v{self.number}"

    def ask(self, *lines: str, history: History = ()) -> Answer:
        """Return what it answers; nothing is kept and nothing is sent."""
        return asked(self.agent, lines, history, version=str(self.number))

    def trial(self, questions: str | Sequence[str]) -> pd.DataFrame:
        """Return what it answers to each of *questions*, one conversation each."""
        return tried(self.ask, questions)

    def difference(self, other: "Version | None" = None) -> pd.DataFrame:
        """Return one row a field that differs from *other*; None: from the draft."""
        after = str(other.number) if other else "draft"
        path = f"/agents/{part(self.agent.id)}/difference"
        found = self.agent.api.get(path, before=str(self.number), after=after)["changes"]
        return pd.DataFrame(found, columns=["field", "before", "after"])

    def release(self, channel: str, *, note: str = "", **more: Any) -> "Version":
        """Let it answer on *channel* again: a roll-back."""
        return released(self.agent, channel, {"version": self.number, "note": note}, **more)

    def _repr_html_(self) -> str:
        facts = {"note": self.note, "evidence": self.evidence or ""}
        return shown.block(f"{self.agent.name} {self.label}", shown.pairs(facts))

    def __repr__(self) -> str:
        return f"<Version {self.number} of {self.agent.name}>"


def asked(agent: Agent, lines: Sequence[str], history: History, **whom: Any) -> Answer:
    """Ask *agent* as it is, was or might be. Raises LabError where nothing is said."""
    if not lines or not all(isinstance(one, str) and one.strip() for one in lines):
        raise LabError('Write what the customer says as text: draft.ask("Hola").')
    body = {"lines": list(lines), "history": [_said(one) for one in history], **whom}
    return Answer.of(agent.api.post(f"/agents/{part(agent.id)}/ask", body))


def _said(one: "tuple[str, str] | Mapping[str, str]") -> Mapping[str, str]:
    if isinstance(one, Mapping):
        return one
    author, text = one
    return {"author": author, "text": text}


def tried(ask: Any, questions: str | Sequence[str]) -> pd.DataFrame:
    """Ask each of *questions* in a conversation of its own; return a row each."""
    listed = [questions] if isinstance(questions, str) else list(questions)
    bar = Progress("asking", quiet=len(listed) < 5)
    rows = []
    for count, question in enumerate(listed, 1):
        rows.append(ask(question).as_row(question))
        bar.show(count, len(listed))
    bar.end()
    return pd.DataFrame(rows)


def released(agent: Agent, channel: str, body: Json, **more: Any) -> Version:
    """Release as *body* says, with the ids of what is given as evidence."""
    given = more.pop("evidence", None)
    if given:
        more["evidence"] = evidence(agent.api, given)
    found = agent.api.post(
        f"/agents/{part(agent.id)}/release", {"channel": channel, **body, **more}
    )
    return Version(agent, found)


def evidence(api: Api, given: Sequence[Any]) -> list[Json]:
    """Return what is given as the API takes it. A notebook that was run by hand is handed in, and
    marked as not verified. Raises LabError for what shows nothing."""
    if not all(hasattr(one, "as_evidence") or isinstance(one, Notebook) for one in given):
        raise LabError("Evidence is an experiment, a run, or lab.this_notebook().")
    return [
        one.handed_in(api) if isinstance(one, Notebook) else dict(one.as_evidence) for one in given
    ]


def read_files(files: Sequence[str | Path]) -> Iterator[tuple[str, bytes]]:
    """The names and bytes of *files*. Raises LabError for one that cannot be read."""
    listed = [files] if isinstance(files, str | Path) else files
    for path in map(Path, listed):
        try:
            yield path.name, path.read_bytes()
        except OSError as error:
            raise LabError(f"{path} cannot be read: {error.strerror}.") from None


def merged(old: Json, change: Json) -> Json:
    """Return *old* with *change*; parts keep what is not named."""
    both = dict(old)
    for name, value in change.items():
        parts = isinstance(value, Mapping) and isinstance(old.get(name), Mapping)
        both[name] = merged(old[name], dict(value)) if parts else value
    return both


def dated(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Give *frame* moments in the place of seconds since 1970."""
    for column in columns:
        frame[column] = pd.to_datetime(frame[column], unit="s", utc=True).dt.floor("s")
    return frame
