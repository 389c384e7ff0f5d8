"""The self-hosted service: the real framework and its processes, with a tiny model."""

import base64
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from knowledge.errors import EmbeddingRefused
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import Vectors
from knowledge.vectors.embedders import Embedders
from knowledge.vectors.jina import JinaEmbedder
from store.db.database import Database
from tests.knowledge.conftest import chroma_url, vectors

__all__ = ["chroma_url", "vectors"]  # fixtures

ROOT = Path(__file__).parents[2]
PYTHON = os.environ["JINA_PYTHON"]
MODEL = "jina-embeddings-v2-base-es"
KEY = "a-key-of-the-service"


class Service:
    """The service's processes."""

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PORT": str(port),
            "MODEL_DIR": str(folder),
            "HF_HUB_OFFLINE": "1",
            **settings,
        }
        self._log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [PYTHON, "-m", "jina_service"], env=environment, stdout=self._log, stderr=self._log
        )

    def wait(self) -> "Service":
        """Return when it answers."""
        ends = time.monotonic() + 60
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                httpx.get(self.url + "/health", trust_env=False).raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return self
        raise RuntimeError(Path(self._log.name).read_text())

    def post(self, **body: object) -> httpx.Response:
        """Ask for embeddings."""
        return httpx.post(
            self.url + "/v1/embeddings",
            json={"model": MODEL, **body},
            timeout=30,
            trust_env=False,
            headers={"Authorization": f"Bearer {KEY}"},
        )

    def family(self) -> list[int]:
        """The ids of every process of the service."""
        found, waiting = [], [self.process.pid]
        while waiting:
            found.append(waiting.pop())
            for task in Path(f"/proc/{found[-1]}/task").glob("*/children"):
                waiting += map(int, task.read_text().split())
        return found

    def close(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(30)
        self._log.close()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    command = [PYTHON, "-m", "tests.jina_service.tiny", str(folder / MODEL)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def service(models: Path) -> Iterator[Service]:
    service = Service(models, SERVICE_KEY=KEY, BATCH_WAIT_MS="50")
    yield service.wait()
    service.close()


def test_sixty_four_texts_in_one_batch_come_back_in_their_order(service: Service) -> None:
    texts = [f"pasaje número {n}" for n in range(64)]
    answer = service.post(input=texts, dimensions=768, task="retrieval.passage")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert [one["index"] for one in body["data"]] == list(range(64))
    assert body["usage"]["total_tokens"] == sum(map(len, texts))
    alone = service.post(input=texts[41]).json()["data"][0]["embedding"]
    assert body["data"][41]["embedding"] == pytest.approx(alone, abs=1e-6)
    assert sum(value * value for value in alone) == pytest.approx(1, abs=1e-5)


def test_twenty_callers_at_once_share_batches_and_get_their_own(service: Service) -> None:
    expected = {
        n: service.post(input=f"hola {n}").json()["data"][0]["embedding"] for n in range(20)
    }
    sizes: list[int] = []
    wrong: list[int] = []

    def ask(number: int) -> None:
        for _ in range(3):
            answer = service.post(input=[f"hola {number}"])
            sizes.append(int(answer.headers["x-batch-size"]))
            if answer.json()["data"][0]["embedding"] != pytest.approx(expected[number], abs=1e-6):
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(sizes), wrong) == (60, [])
    assert max(sizes) > 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"input": []}, 422),
        ({"input": [""]}, 422),
        ({"input": ["a"] * 513}, 422),
        ({"input": "a", "dimensions": 5}, 422),
        ({"input": "a", "model": "other"}, 422),
        ({"input": "a", "unknown": 1}, 422),
        ({"input": {"image": "x"}}, 422),
        ({}, 422),
    ],
)
def test_what_the_model_cannot_do_is_refused(
    service: Service, body: dict[str, object], status: int
) -> None:
    answer = service.post(**body)
    assert (answer.status_code, "detail" in answer.json()) == (status, True)


def test_base64_holds_the_same_numbers(service: Service) -> None:
    packed = service.post(input="hola", embedding_type="base64").json()["data"][0]["embedding"]
    plain = service.post(input="hola").json()["data"][0]["embedding"]
    assert list(struct.unpack("<768f", base64.b64decode(packed))) == pytest.approx(plain)


def test_a_wrong_key_is_refused(service: Service) -> None:
    embedder = JinaEmbedder("wrong", service.url, MODEL, 768)
    with pytest.raises(EmbeddingRefused) as refusal:
        embedder.embed_query("hola")
    embedder.close()
    assert refusal.value.code == "jina_key"


def test_the_product_reads_and_finds_through_it(
    service: Service, tmp_path: Path, sqlite_template: Path, vectors: Vectors
) -> None:
    shutil.copy(sqlite_template, tmp_path / "studio.db")
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    embedders = Embedders(KEY, service.url)  # JINA_BASE_URL, and nothing about the model
    assert embedders.default() == ("jina", MODEL, 768)
    sources = Sources(database, tmp_path / "files")
    base_id = sources.create_base("Autos", "ana", *embedders.default())
    text = "\n\n".join(f"# Parte {n}\n\nPalabra {n} del texto." for n in range(150))
    source_id = sources.add_file(base_id, "largo.md", text.encode(), "ana")
    Ingestion(sources, database, vectors, embedders, read_document).read(source_id)
    source = sources.get(source_id)
    assert (source.state, source.error, source.total) == ("ready", "", 150)
    assert source.tokens > 1_000
    assert len(vectors.ids(sources.base(base_id))) == 150
    found = Retriever(database, vectors, embedders).search(
        "Parte 77 Palabra 77 del texto.", [base_id]
    )
    assert "Palabra 77" in found[0].text
    assert "vector" in {side for passage in found for side in passage.found_by}
    embedder = embedders(*embedders.default())
    assert isinstance(embedder, JinaEmbedder)
    embedder.close()
    database.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left_behind(models: Path, number: signal.Signals) -> None:
    service = Service(models).wait()
    family = service.family()
    assert len(family) >= 4
    service.process.send_signal(number)
    service.process.wait(30)
    ends = time.monotonic() + 10
    while time.monotonic() < ends and any(map(_lives, family)):
        time.sleep(0.1)
    assert [pid for pid in family if _lives(pid)] == []
    service.close()


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"  # a zombie waits only for whoever reaps orphans


def test_the_main_requirements_know_nothing_of_the_framework() -> None:
    for name in ("requirements.txt", "requirements/dev.txt"):
        assert "\njina==" not in (ROOT / name).read_text(encoding="utf-8")
    assert "jina" not in sys.modules
