"""The model: tokens in, one vector of length one a text out.

ONNX Runtime runs the graph that the model's authors publish, so no code of the model's repository
is executed (the PyTorch form needs `trust_remote_code`). Pooling is the mean of the token vectors,
as the model's card asks for.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

MAX_TOKENS = 8192


class Model:
    """A sentence embedding model in a folder: `tokenizer.json` and an ONNX graph."""

    def __init__(self, folder: Path, model_file: str, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(folder / model_file), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self.dimension = len(self.embed(["a"])[0][0])

    def embed(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[int]]:
        """(a vector a text, the number of its tokens). Texts of one call are padded alike."""
        found = self._tokenizer.encode_batch(list(texts))
        mask = np.array([one.attention_mask for one in found], dtype=np.int64)
        given = {
            "input_ids": np.array([one.ids for one in found], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        wanted = {name: value for name, value in given.items() if name in self._inputs}
        tokens = self._session.run(None, wanted)[0]
        return _pooled(tokens, mask), mask.sum(axis=1).tolist()


def _pooled(tokens: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """The mean of the tokens that are no padding, of length one."""
    weights = mask[:, :, None].astype(np.float32)
    mean = (tokens * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    return (mean / np.maximum(length, 1e-12)).astype(np.float32)
