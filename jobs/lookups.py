"""Answers what was asked of a worker because it takes vectors: see `actions.lookups`."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from actions import lookups
from actions.services import Services, open_services
from agent.searching import open_retriever
from agent.settings import Settings
from agent.turnstile import Waiting
from knowledge.errors import KnowledgeError
from knowledge.quality.measure import measure
from knowledge.quality.sizes import recommend_with_sizes
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import Vectors

Answer = Callable[[Services, Retriever, str, str], Any]
TOP = 6  # passages, as the studio shows


def answer(lookup_id: int) -> None:
    """Answer one question in a process of its own, if somebody still waits for it."""
    services = open_services(Settings())
    try:
        answered(services, lookup_id)
    finally:
        services.database.close()


def answered(services: Services, lookup_id: int, waiting: Waiting = contextlib.nullcontext) -> None:
    """Do so over *services*; *waiting* as in `agent.answering`."""
    asked = lookups.take(services, lookup_id)
    if asked is None:
        return
    vectors = Vectors(services.settings.chroma_in_force)
    parts = (services.settings, services.database, services.embedders, vectors)
    retriever = open_retriever(*parts, waiting)
    find = FOUND[asked["kind"]]
    try:
        found = {"answer": find(services, retriever, asked["base_id"], asked["question"])}
    except KnowledgeError as error:
        found = {"refused": str(error)}
    lookups.tell(services, lookup_id, found)


def _search(_services: Services, retriever: Retriever, base_id: str, question: str) -> Any:
    return [asdict(passage) for passage in retriever.search(question, [base_id], top_k=TOP)]


def _measure(services: Services, retriever: Retriever, base_id: str, _question: str) -> Any:
    found = measure(retriever, [base_id], services.pairs.list(base_id))
    ranks = (
        [{"question": pair.question, **by_way} for pair, by_way in found.ranks]
        if any(found.asked.values())
        else []
    )
    return {"ways": [asdict(one) for one in found.measures], "ranks": ranks}


def _advise(services: Services, retriever: Retriever, base_id: str, _question: str) -> Any:
    saved = services.pairs.list(base_id)
    found = recommend_with_sizes(retriever, services.sources, base_id, saved)
    trials = [
        {"tuning": asdict(one.tuning), "measures": asdict(one.measures)} for one in found.trials
    ]
    return {"best": asdict(found.best.tuning), "is_change": found.is_change, "trials": trials}


FOUND: Mapping[str, Answer] = {"search": _search, "measure": _measure, "advise": _advise}
