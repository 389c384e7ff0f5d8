"""The floor under every design: LangChain's agent asking the model stand-in, and nothing else.

No history, no search, no store, no delivery: what is left when all that is ours costs nothing.
`python -m tests.bench.floor THREADS TURNS` runs in the benchmark's house and prints CPU ms a turn,
first with LangChain's own ChatOpenAI on one shared client, then with the model our workers use.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from langsmith import configure as configure_langsmith

from agent.llm import ChatModels
from agent.settings import Settings
from agent.spec import ModelChoice
from agent.tools.registry import tools_of
from tests.fakes import named_tools

NAME = "gpt-4.1-mini"
QUESTION = {"messages": [{"role": "user", "content": "¿Qué garantía tienen los autos?"}]}


def cpu_ms(model: BaseChatModel, threads: int, turns: int) -> float:
    """CPU milliseconds of one turn among *threads*."""
    agent: Any = create_agent(
        model, tools_of(named_tools("catalog")), system_prompt="Responde breve."
    )

    def turn(_: int) -> None:
        agent.invoke(QUESTION)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(turn, range(threads)))  # every thread has its connection
        before = time.process_time()
        list(pool.map(turn, range(turns)))
    return (time.process_time() - before) / turns * 1000


def main(threads: int, turns: int) -> None:
    """Measure both and print."""
    configure_langsmith(enabled=False)
    settings = Settings()
    unbounded = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    plain = ChatOpenAI(
        model=NAME,
        base_url=settings.openai_base_url,
        api_key=settings.openai_api_key,
        http_client=httpx2.Client(limits=unbounded),
        max_retries=0,
    )
    ours = ChatModels(settings).get(ModelChoice(name=f"openai:{NAME}"))
    for name, model in (("LangChain's ChatOpenAI, one client", plain), ("our model", ours)):
        print(f"bare agent, {name}, {threads} threads: {cpu_ms(model, threads, turns):.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
