"""The fields of `POST /v1/embeddings`, after https://api.jina.ai/openapi.json."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_TEXTS = 512
Words = Annotated[str, StringConstraints(min_length=1, max_length=200_000)]
Texts = Annotated[list[Words], Field(min_length=1, max_length=MOST_TEXTS)]


class Asked(BaseModel):
    """A request. The model knows no tasks and one length of vector, so `task` changes nothing."""

    model_config = ConfigDict(extra="forbid")

    model: str
    input: Words | Texts
    task: str | None = None
    dimensions: int | None = None
    normalized: bool = True
    embedding_type: Literal["float", "base64"] = "float"
    late_chunking: Literal[False] = False
    truncate: bool = True

    @property
    def texts(self) -> list[str]:
        """The texts, also when it was one."""
        return [self.input] if isinstance(self.input, str) else self.input
