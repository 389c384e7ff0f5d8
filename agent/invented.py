"""The sample agents speak for companies that do not exist, so they never answer real customers."""

import functools
from pathlib import Path

import yaml

from agent.spec import Spec

SAMPLES = Path(__file__).parent / "samples"


def is_invented(spec: Spec) -> bool:
    """Whether *spec* speaks for a sample's company: also copied, edited or carried over."""
    return _same(spec.brand) in _brands()


@functools.cache
def _brands() -> frozenset[str]:
    texts = [path.read_text(encoding="utf-8") for path in SAMPLES.glob("*/spec.yaml")]
    return frozenset(_same(yaml.safe_load(text)["brand"]) for text in texts)


def _same(brand: str) -> str:
    return " ".join(brand.casefold().split())
