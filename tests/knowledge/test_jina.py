"""Jina is asked as it wants to be asked, waited for as long as it says, and never for ever."""

import threading
from collections.abc import Iterator

import pytest

from knowledge.errors import EmbeddingRefused, EmbeddingUnavailable
from knowledge.vectors.embedders import Embedders
from knowledge.vectors.jina import JinaEmbedder
from studio.texts import has
from tests.standins.jina import KEY, JinaState, jina_standin
from tests.standins.server import serve


@pytest.fixture
def jina() -> JinaState:
    return JinaState()


@pytest.fixture
def url(jina: JinaState) -> Iterator[str]:
    with serve(jina_standin(jina)) as address:
        yield address


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def embedder(url: str, waits: list[float]) -> Iterator[JinaEmbedder]:
    embedder = JinaEmbedder(KEY, url, "jina-embeddings-v3", 256, sleep=waits.append)
    yield embedder
    embedder.close()


def test_passages_go_in_batches_and_come_back_in_order(
    embedder: JinaEmbedder, jina: JinaState
) -> None:
    texts = [f"pasaje {number}" for number in range(150)]
    vectors = embedder.embed_passages(texts)
    assert [len(body["input"]) for body in jina.requests] == [64, 64, 22]
    assert {body["task"] for body in jina.requests} == {"retrieval.passage"}
    assert vectors[149] == embedder.embed_passages(["pasaje 149"])[0]
    assert {len(vector) for vector in vectors} == {256}


def test_a_query_is_another_task_of_the_same_model(embedder: JinaEmbedder, jina: JinaState) -> None:
    embedder.embed_query("¿cubre el motor?")
    body = jina.requests[0]
    assert (body["task"], body["input"]) == ("retrieval.query", ["¿cubre el motor?"])
    assert (body["dimensions"], body["normalized"]) == (256, True)


def test_a_rate_limit_is_waited_for_as_long_as_it_says(
    embedder: JinaEmbedder, jina: JinaState, waits: list[float]
) -> None:
    jina.moods, jina.retry_after = ["slow_down", "slow_down"], "3"
    assert len(embedder.embed_passages(["hola"])) == 1
    assert waits == [3.0, 3.0]


def test_a_wait_longer_than_the_customer_has_is_not_begun(
    embedder: JinaEmbedder, jina: JinaState, waits: list[float]
) -> None:
    jina.moods, jina.retry_after = ["always slow_down"], "3600"
    with pytest.raises(EmbeddingUnavailable, match="slow down"):
        embedder.embed_query("hola")
    assert (len(jina.requests), waits) == (1, [])


def test_a_date_is_a_retry_after_too(
    embedder: JinaEmbedder, jina: JinaState, waits: list[float]
) -> None:
    jina.moods, jina.retry_after = ["slow_down"], "Wed, 21 Oct 2015 07:28:00 GMT"
    embedder.embed_query("hola")
    assert waits == [0.0]


@pytest.mark.parametrize("mood", ["broken", "rubbish", "half"])
def test_a_fault_is_tried_again(
    embedder: JinaEmbedder, jina: JinaState, waits: list[float], mood: str
) -> None:
    jina.moods = [mood]
    assert len(embedder.embed_passages(["uno", "dos"])) == 2
    assert (len(jina.requests), waits) == (2, [0.5])


def test_a_lasting_fault_ends_in_time(url: str, jina: JinaState) -> None:
    jina.moods = ["always broken"]
    embedder = JinaEmbedder(KEY, url, "jina-embeddings-v3", 256)
    with pytest.raises(EmbeddingUnavailable, match="500"):
        embedder.embed_query("hola")
    embedder.close()
    assert 2 <= len(jina.requests) <= 6


def test_a_wrong_key_is_refused_at_once(url: str, jina: JinaState) -> None:
    embedder = JinaEmbedder("jina_wrong", url, "jina-embeddings-v3", 256)
    with pytest.raises(EmbeddingRefused, match="JINA_API_KEY") as refusal:
        embedder.embed_query("hola")
    embedder.close()
    assert (jina.statuses, refusal.value.code) == ([401], "jina_key")


def test_an_unknown_model_is_refused_with_jinas_own_reason(url: str) -> None:
    embedder = JinaEmbedder(KEY, url, "jina-embeddings-v99", 256)
    with pytest.raises(EmbeddingRefused, match="jina-embeddings-v99 not found"):
        embedder.embed_query("hola")
    embedder.close()


def test_an_empty_account_is_refused_at_once(embedder: JinaEmbedder, jina: JinaState) -> None:
    jina.moods = ["no_credit"]
    with pytest.raises(EmbeddingRefused, match="credit"):
        embedder.embed_query("hola")
    assert len(jina.requests) == 1


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("slow_down", "jina_busy"),
        ("broken", "jina_trouble"),
        ("rubbish", "jina_answer"),
        ("half", "jina_answer"),
        ("no_credit", "jina_credit"),
        ("payment", "jina_credit"),
        ("no_rights", "jina_rights"),
        ("short", "jina_dimension"),
    ],
)
def test_each_trouble_has_a_sentence_of_its_own_in_both_languages(
    url: str, jina: JinaState, mood: str, code: str
) -> None:
    jina.moods, jina.retry_after = [f"always {mood}"], "60"
    embedder = JinaEmbedder(KEY, url, "jina-embeddings-v3", 256, sleep=lambda seconds: None)
    with pytest.raises((EmbeddingRefused, EmbeddingUnavailable)) as trouble:
        embedder.embed_query("hola")
    embedder.close()
    assert trouble.value.code == code
    assert str(trouble.value).endswith(".")
    assert has("es", f"error.knowledge.{code}")


@pytest.mark.parametrize(
    ("model", "dimension", "fields"),
    [
        ("jina-embeddings-v2-base-es", 768, set()),
        ("jina-embeddings-v3", 512, {"task", "dimensions"}),
        ("jina-embeddings-v4", 2048, {"task", "dimensions"}),
        ("jina-embeddings-v5-text-small", 1024, {"task", "dimensions"}),
    ],
)
def test_each_model_is_asked_as_it_wants_to_be(
    url: str, jina: JinaState, model: str, dimension: int, fields: set[str]
) -> None:
    embedder = JinaEmbedder(KEY, url, model, dimension)
    assert len(embedder.embed_query("hola")) == dimension
    embedder.close()
    assert {"task", "dimensions"} & set(jina.requests[0]) == fields


def test_a_service_of_our_own_needs_no_key_and_has_its_own_model(jina: JinaState) -> None:
    assert Embedders().default()[0] == "e5"
    assert Embedders("key").default() == ("jina", "jina-embeddings-v3", 1024)
    own = Embedders("", "http://127.0.0.1:8500")
    assert own.default() == ("jina", "jina-embeddings-v2-base-es", 768)
    assert Embedders("key", jina_model="jina-embeddings-v4").default()[2] == 2048


def test_what_was_billed_is_said_once(embedder: JinaEmbedder) -> None:
    embedder.embed_passages(["tres palabras aqui", "dos mas"])
    embedder.embed_query("una")
    assert embedder.used() == {"retrieval.passage": 5, "retrieval.query": 1}
    assert embedder.used() == {}


def test_vectors_of_another_length_are_refused(embedder: JinaEmbedder, jina: JinaState) -> None:
    jina.moods = ["short"]
    with pytest.raises(EmbeddingRefused, match="256"):
        embedder.embed_query("hola")


def test_nobody_there_is_unavailable(waits: list[float]) -> None:
    embedder = JinaEmbedder(
        KEY, "http://127.0.0.1:9", "jina-embeddings-v3", 256, sleep=waits.append
    )
    with pytest.raises(EmbeddingUnavailable):
        embedder.embed_query("hola")
    embedder.close()
    assert waits[:3] == [0.5, 1.0, 2.0]


def test_many_threads_are_never_more_than_allowed_at_once(url: str, jina: JinaState) -> None:
    embedder = JinaEmbedder(KEY, url, "jina-embeddings-v3", 256, concurrency=2)
    threads = [threading.Thread(target=embedder.embed_query, args=(f"q{n}",)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    embedder.close()
    assert (len(jina.requests), jina.most_at_once <= 2) == (16, True)
