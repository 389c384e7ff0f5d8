"""A runtime and the stand-in of a model that it speaks to over HTTP."""

from agent.answer import Answer
from agent.runtime import Runtime
from agent.spec import Spec
from tests.standins.openai import OpenAIStandin, Reply


class Wire:
    """A runtime whose OpenAI is a stand-in."""

    def __init__(self, app: OpenAIStandin, runtime: Runtime) -> None:
        self.app, self.runtime = app, runtime

    def script(self, *replies: Reply) -> None:
        """Say what the model will do."""
        self.app.script = list(replies)

    @property
    def system(self) -> str:
        """The system prompt of the last request."""
        return str(self.app.requests[-1]["messages"][0]["content"])

    @property
    def last(self) -> str:
        """The last message of the last request."""
        return str(self.app.requests[-1]["messages"][-1]["content"])

    def ask(
        self, spec: Spec, question: str = "¿Qué garantía dan?", streamed: bool = False
    ) -> Answer:
        """The answer to one message, in one piece or as the Playground shows it."""
        if not streamed:
            return self.runtime.answer(spec, [], [question])
        last = list(self.runtime.stream(spec, [], [question]))[-1]
        assert isinstance(last, Answer)
        return last
