"""A model of a few kilobytes: a letter is a token, a table gives its vector.

`JINA_PYTHON -m tests.jina_service.tiny FOLDER`, in the environment of the service.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

DIMENSION = 768
LETTERS = [chr(code) for code in range(32, 127)] + list("áéíóúñü¿¡")


def main(folder: Path) -> None:
    """Write the tokenizer and the graph."""
    vocabulary = {"[UNK]": 0, **{letter: at for at, letter in enumerate(LETTERS, start=1)}}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    (folder / "onnx").mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.random.default_rng(1).normal(size=(len(vocabulary), DIMENSION))
    onnx.save(_graph(table.astype(np.float32)), str(folder / "onnx" / "model.onnx"))


def _graph(table: np.ndarray) -> onnx.ModelProto:
    given = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    shape = ["texts", "tokens", DIMENSION]
    found = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape)
    step = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    graph = helper.make_graph(
        [step], "tiny", given, [found], [numpy_helper.from_array(table, "table")]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model


if __name__ == "__main__":
    main(Path(sys.argv[1]))
