"""What the check of answers costs and catches, on the samples: the measure of the docs, kept."""

from pathlib import Path

import pytest

from tests.bench_knowledge.alone import alone
from tests.bench_knowledge.grounded import (
    LEAST_CAUGHT,
    MADE_UP,
    MOST_GOOD_REFUSED,
    Grounded,
    measured,
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Grounded:
    folder: Path = tmp_path_factory.mktemp("samples")
    return measured(alone(folder))


def test_hardly_a_good_answer_is_refused(found: Grounded) -> None:
    assert found.good >= 400
    assert found.refused <= MOST_GOOD_REFUSED * found.good


@pytest.mark.parametrize("half", ["tuned", "kept"])
def test_nearly_every_made_up_answer_is_caught(found: Grounded, half: str) -> None:
    kinds = getattr(found, half).values()
    caught, made = (sum(some) for some in zip(*kinds, strict=True))
    assert made >= MADE_UP
    assert caught >= LEAST_CAUGHT * made
