"""The lab: agents, knowledge and conversations as an analyst asks about them, in dataframes.

`open_lab()` works on the stack of `make run` when it is up. Otherwise it builds the same parts
inside the notebook: sample agents in a folder of their own, SQLite, Chroma in the process and the
built-in model, so that every notebook runs with no key, no stack and no network.
"""

import atexit
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from redis.exceptions import RedisError

from actions.installation import install, sample_pairs
from actions.queues import TURN, SilentWakeUp
from actions.services import Services, open_services
from agent.answer import Answer, Author, Said
from agent.answering import Answering, open_answering
from agent.cases import Case
from agent.errors import Invalid, NotFound
from agent.invented import SAMPLES
from agent.runtime import Runtime
from agent.scoring import passes, scored, together
from agent.settings import Settings
from agent.spec import Spec
from channels.web import StoredChannel
from jobs import deliver, turn
from jobs.context import Heartbeat, WorkerContext
from knowledge.ingest.ingestion import Ingestion
from knowledge.parsing.loaders import read_document
from knowledge.quality.measure import Measurement, measure
from knowledge.quality.pairs import Pair
from knowledge.search.retriever import Retriever
from knowledge.vectors.in_process import vectors_in_process
from notebooks import past, retrieval
from store.agents.agents import Agent
from store.conversations.inbox import Inbound
from store.db.database import new_id

REPLY_SECONDS = 60.0


@dataclass(frozen=True)
class Lab:
    """One way in for notebooks. What it shows is what the studio shows."""

    services: Services
    answering: Answering
    context: WorkerContext | None  # answers customers here, when there are no workers to do it

    @property
    def alone(self) -> bool:
        """True when nothing outside this notebook is used."""
        return self.context is not None

    # --- agents

    def agents(self) -> pd.DataFrame:
        """Return one row an agent."""
        rows = [
            {
                "name": agent.name,
                "brand": agent.draft.brand,
                "revision": agent.revision,
                "versions": len(self.services.store.agents.versions(agent.id)),
                "bases": len(agent.draft.knowledge.bases),
                "tools": ", ".join(agent.draft.tools),
                "id": agent.id,
            }
            for agent in self.services.store.agents.list()
        ]
        return pd.DataFrame(rows).sort_values("name", ignore_index=True)

    def draft(self, agent: str, **changes: Any) -> Spec:
        """Return the draft of *agent* (its name or id) with *changes*; nothing is saved."""
        spec = self._agent(agent).draft
        if unknown := changes.keys() - Spec.model_fields.keys():
            known = ", ".join(Spec.model_fields)
            raise Invalid(f"A draft has no field {', '.join(sorted(unknown))}. It has: {known}.")
        return Spec.model_validate(spec.model_dump() | changes)

    def ask(self, spec: Spec | str, *lines: str, history: Sequence[Said] = ()) -> Answer:
        """Return what *spec* (or the draft of the agent called so) answers to *lines*, on the
        production path. Raises Invalid when there are none."""
        if not lines or not all(isinstance(line, str) for line in lines):
            raise Invalid('Write what the customer says as text: lab.ask(draft, "Hola").')
        return self.answering.runtime.answer(self._spec(spec), history, lines)

    def trial(self, spec: Spec | str, questions: Sequence[str]) -> pd.DataFrame:
        """Return what *spec* answers to each of *questions*, one conversation each."""
        asked = [questions] if isinstance(questions, str) else questions
        return pd.DataFrame([_tried(text, self.ask(spec, text)) for text in asked])

    def evaluate(self, agent: str, spec: Spec | None = None) -> pd.DataFrame:
        """Return how *spec* (the draft, when none is given) does on the test cases of *agent*."""
        known = self._agent(agent)
        datasets = self.services.store.datasets
        own = datasets.own(known.id)
        cases = [one.case for one in datasets.cases(own.id)] if own else []
        return pd.DataFrame([self._asked(spec or known.draft, case) for case in cases])

    def _asked(self, spec: Spec, case: Case) -> dict[str, Any]:
        said: list[Said] = []
        answers: list[Answer] = []
        for one in case.turns:
            answers.append(self.answering.runtime.answer(spec, said, one.lines))
            said += [Said(Author.CUSTOMER, line) for line in one.lines]
            said.append(Said(Author.AGENT, answers[-1].text))
        scores = together([scored(*pair) for pair in zip(case.turns, answers, strict=True)])
        return {
            "question": case.question,
            "answer": answers[-1].text if answers else "",
            "passed": passes(scores),
            "reasons": {one.name: one.reason for one in scores.values() if not one.passed},
            "cost": sum(answer.usage.cost for answer in answers),
        }

    # --- knowledge

    def sources(self) -> pd.DataFrame:
        """Return one row a source of any base."""
        rows = [
            {
                "base": base.name,
                "source": source.name,
                "state": source.state,
                "passages": source.total,
                "kB": round(source.bytes / 1000),
                "error": source.error,
                "notices": " ".join(notice.sentence for notice in source.notices),
            }
            for base in self.services.sources.bases()
            for source in self.services.sources.list(base.id)
        ]
        return pd.DataFrame(rows)

    def search(self, spec: Spec | str, question: str, top_k: int = 5) -> pd.DataFrame:
        """Return the passages that *spec* would be given for *question*."""
        bases = self._spec(spec).knowledge.bases
        found = self.answering.retriever.search(question, bases, top_k)
        return pd.DataFrame(
            [
                {
                    "score": passage.score,
                    "place": passage.place,
                    "text": passage.text,
                    "found_by": " + ".join(passage.found_by),
                }
                for passage in found
            ]
        )

    def bases(self, agent: str) -> Sequence[str]:
        """Return the ids of the bases that the agent called so searches."""
        bases = self._agent(agent).draft.knowledge.bases
        if not bases:
            raise Invalid(f"{agent} has no knowledge base. Give it one in the studio first.")
        return bases

    def measure(self, agent: str, sample: str) -> Measurement:
        """Ask a sample's questions by every way of searching the agent's knowledge."""
        bases = self.bases(agent)
        return measure(self.answering.retriever, bases, _pairs(sample))

    def sweep(self, agent: str, sample: str, every: int = 3) -> pd.DataFrame:
        """Try other settings on every third question (or so); nothing is changed."""
        base_id = self.bases(agent)[0]
        pairs = _pairs(sample)[::every]
        return retrieval.sweep(self.answering.retriever, self.services.sources, base_id, pairs)

    # --- conversations

    def conversations(self, limit: int = 100) -> pd.DataFrame:
        """Return one row a conversation, the newest message first."""
        return past.listing(self.services.store.conversations, limit)

    def thread(self, conversation_id: int) -> pd.DataFrame:
        """Return one row a message of a conversation."""
        return past.thread(self.services.store.conversations, conversation_id)

    def replay(self, spec: Spec | str, limit: int = 20) -> pd.DataFrame:
        """Return what *spec* would have said in the last *limit* turns; nothing is sent."""
        runtime = self.answering.runtime
        return past.replay(self.services.store.conversations, runtime, self._spec(spec), limit)

    def write(self, agent: str, text: str, customer: str) -> str:
        """Write to the released *agent* as *customer*, through the inbox; return its reply."""
        address = self._agent(agent).id
        message = Inbound("web", new_id(), address, f"notebook:{customer}", text, customer)
        [accepted] = self.services.store.inbox.accept([message])
        if self.context is not None:
            turn.take(self.context, accepted.conversation_id)
            deliver.send(self.context, accepted.conversation_id)
        else:
            self.services.wake_up.notify(TURN, accepted.conversation_id)
        return self._reply(int(accepted.inbox_id or 0))

    def _reply(self, inbox_id: int) -> str:
        last = time.monotonic() + REPLY_SECONDS
        while (found := self.services.store.conversations.reply_to(inbox_id)) is None:
            if time.monotonic() > last:
                raise TimeoutError("No worker answered within a minute. Is `make run` still up?")
            self.services.replies.wait(inbox_id)
        return found[0]

    def _agent(self, agent: str) -> Agent:
        found = [
            known for known in self.services.store.agents.list() if agent in (known.name, known.id)
        ]
        if not found:
            raise NotFound(f"There is no agent called {agent}. lab.agents() lists them.")
        if len(found) > 1:
            ids = ", ".join(known.id for known in found)
            raise Invalid(f"{len(found)} agents are called {agent}. Say which by its id: {ids}.")
        return found[0]

    def _spec(self, spec: Spec | str) -> Spec:
        return self._agent(spec).draft if isinstance(spec, str) else spec


def open_lab(data_dir: str | Path | None = None) -> Lab:
    """Open the running stack; or, when it is down or *data_dir* is given, a lab of its own there.

    Without *data_dir* the lab's folder is removed when the notebook ends.
    """
    settings = Settings()
    if data_dir is None and is_up(settings):
        services = open_services(settings)
        return Lab(
            services, open_answering(services.settings, services.database, services.embedders), None
        )
    return _alone(Path(data_dir) if data_dir else _passing_folder())


def is_up(settings: Settings) -> bool:
    """True when the stores of the stack answer."""
    try:
        heartbeat = f"{settings.chroma_in_force}/api/v2/heartbeat"
        with urllib.request.urlopen(heartbeat, timeout=2):  # noqa: S310  # our own address
            return bool(open_services(settings).redis.ping())
    except (OSError, RedisError):
        return False


def _alone(folder: Path) -> Lab:
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        chat_model="offline",
        jina_api_key=None,
        database_url="",
        redis_url="",
        chroma_url="",
    )
    services = open_services(settings, SilentWakeUp())
    install(services)
    vectors = vectors_in_process(str(folder / "chroma"))
    read_sources(services, vectors)
    retriever = Retriever(services.database, vectors, services.embedders)
    answering = Answering(vectors, retriever, Runtime(settings, retriever))
    heartbeat = Heartbeat(services.store.turns, services.store.outbox)
    context = WorkerContext(services, answering.runtime, {"web": StoredChannel("web")}, heartbeat)
    return Lab(services, answering, context)


def read_sources(services: Services, vectors: Any) -> None:
    """Read here and now whatever waits to be read, as a chore worker would."""
    ingestion = Ingestion(
        services.sources, services.database, vectors, services.embedders, read_document
    )
    while due := services.sources.due(time.time()):  # a hundred at most each time
        for kind, source_id in due:
            if kind == "read":
                ingestion.read(source_id)


def _passing_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _pairs(sample: str) -> list[Pair]:
    known = sorted(path.parent.name for path in SAMPLES.glob("*/questions.yaml"))
    if sample not in known:
        raise Invalid(f"There is no sample called {sample}. There are: {', '.join(known)}.")
    return sample_pairs(SAMPLES / sample)


def _tried(question: str, answer: Answer) -> dict[str, Any]:
    return {
        "question": question,
        "answer": answer.text,
        "outcome": answer.outcome,
        "sources": ", ".join(dict.fromkeys(cited.source for cited in answer.citations)),
        "seconds": round(sum(step.seconds for step in answer.trace), 3),
        "tokens": answer.usage.input_tokens + answer.usage.output_tokens,
        "cost": answer.usage.cost,
    }
