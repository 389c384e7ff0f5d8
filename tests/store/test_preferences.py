"""Blind choices between two answers to one case."""

import pytest

from agent.errors import Invalid, NotFound
from store.db.database import Database
from store.evaluation.experiments import Experiments, Plan
from store.evaluation.labels import Labels
from tests.store.test_experiments import experiments as experiments
from tests.store.test_experiments import made as made
from tests.store.test_experiments import plan as plan

ANA = "ana@example.com"


@pytest.fixture
def labels(database: Database) -> Labels:
    return Labels(database)


def test_the_choice_is_kept_by_candidate_however_it_was_shown(
    labels: Labels, experiments: Experiments, made: str
) -> None:
    old, new, old_two, new_two = (row.id for row in experiments.rows(made))
    labels.prefer(ANA, new, old, new)
    labels.prefer(ANA, old_two, new_two, 0)
    assert labels.preferences(made) == [(0, 1, "1"), (0, 1, "")]
    labels.prefer(ANA, old, new, old)
    assert (0, 1, "0") in labels.preferences(made)
    assert len(labels.preferences(made)) == 2


def test_answers_to_different_cases_are_not_compared(
    labels: Labels, experiments: Experiments, made: str, plan: Plan
) -> None:
    first, _, third, _ = (row.id for row in experiments.rows(made))
    with pytest.raises(Invalid):
        labels.prefer(ANA, first, third, first)
    with pytest.raises(NotFound):
        labels.prefer(ANA, first, first, first)
    with pytest.raises(NotFound):
        labels.prefer(ANA, first, 10**9, first)


def test_the_better_one_is_one_of_the_two(
    labels: Labels, experiments: Experiments, made: str
) -> None:
    first, second, third, _ = (row.id for row in experiments.rows(made))
    with pytest.raises(Invalid):
        labels.prefer(ANA, first, second, third)
