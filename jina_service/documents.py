"""What travels between the gateway and the model: a text, and what became of it."""

from docarray import BaseDoc
from docarray.typing import NdArray


class Text(BaseDoc):
    """A text to embed."""

    text: str


class Embedded(BaseDoc):
    """Its vector, how many tokens it had, and with how many texts it was embedded."""

    tokens: int
    batch: int
    vector: NdArray
