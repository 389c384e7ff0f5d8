"""Where questions are measured: the running stack's stores, or sample agents in a folder alone."""

import atexit
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from redis.exceptions import RedisError

from actions.installation import install
from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.answer import Answer
from agent.answering import Answering, open_answering
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import Spec
from knowledge.ingest.ingestion import Ingestion
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.vectors.in_process import vectors_in_process


@dataclass(frozen=True)
class Measuring:
    """What is searched and asked, in this process."""

    services: Services
    answering: Answering

    def draft(self, name: str) -> Spec:
        """The draft of the agent called so. Leaves with a sentence when there is none."""
        found = [one.draft for one in self.services.store.agents.list() if one.name == name]
        if not found:
            raise SystemExit(f"There is no agent called {name}: the samples are measured.")
        return found[0]

    def bases(self, name: str) -> Sequence[str]:
        """The ids of the bases that the agent called so searches."""
        return self.draft(name).knowledge.bases

    def ask(self, spec: Spec, question: str) -> Answer:
        """What *spec* answers, on the way of every answer."""
        return self.answering.runtime.answer(spec, (), [question])

    def unread(self) -> list[str]:
        """The sources that are not read, each with why."""
        sources = self.services.sources
        return [
            f"{one.name}: {one.error or one.state}"
            for base in sources.bases()
            for one in sources.list(base.id)
            if one.state != "ready"
        ]

    def read_sources(self) -> None:
        """Read here and now whatever waits to be read, as a chore worker would."""
        services, vectors = self.services, self.answering.retriever.vectors
        ingestion = Ingestion(
            services.sources, services.database, vectors, services.embedders, read_document
        )
        while due := services.sources.due(time.time()):  # a hundred at most each time
            for kind, source_id in due:
                if kind == "read":
                    ingestion.read(source_id)


def open_measuring() -> Measuring:
    """Measure over the running stack's stores; or, when it is down, alone."""
    settings = Settings()
    if not _is_up(settings):
        return alone()
    services = open_services(settings)
    parts = (services.settings, services.database, services.embedders)
    return Measuring(services, open_answering(*parts))


def alone(folder: Path | None = None) -> Measuring:
    """Measure over sample agents in *folder*, with no key; without one, in one that passes."""
    settings = Settings(
        _env_file=None,
        data_dir=folder or _passing_folder(),
        chat_model="offline",
        jina_api_key=None,
        database_url="",
        redis_url="",
        chroma_url="",
    )
    services = open_services(settings, SilentWakeUp())
    install(services)
    vectors = vectors_in_process(str(settings.data_dir / "chroma"))
    retriever = Retriever(services.database, vectors, services.embedders)
    found = Measuring(services, Answering(vectors, retriever, Runtime(settings, retriever)))
    found.read_sources()
    return found


def _is_up(settings: Settings) -> bool:
    try:
        heartbeat = f"{settings.chroma_in_force}/api/v2/heartbeat"
        with urllib.request.urlopen(heartbeat, timeout=2):
            return bool(open_services(settings).redis.ping())
    except (OSError, RedisError):
        return False


def _passing_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="measure-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
