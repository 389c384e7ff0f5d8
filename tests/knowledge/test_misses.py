"""Questions asked in vain are grouped by what they ask, the commonest first."""

from hypothesis import given
from hypothesis import strategies as some

from knowledge.quality.misses import Miss, grouped


def test_the_same_question_in_other_spellings_is_one_group() -> None:
    missed = [
        Miss("¿Venden motos?", 2, 10.0),
        Miss("venden motosicletas", 1, 20.0),
        Miss("Hola, ¿venden motocicletas?", 3, 5.0),
        Miss("¿Aceptan bitcoin?", 4, 7.0),
    ]
    found = [(group.question, group.times, group.last_at) for group in grouped(missed)]
    assert found == [("Hola, ¿venden motocicletas?", 6, 20.0), ("¿Aceptan bitcoin?", 4, 7.0)]


@given(some.lists(some.builds(Miss, some.text(max_size=30), some.integers(1, 9)), max_size=20))
def test_no_question_is_lost_or_counted_twice(missed: list[Miss]) -> None:
    found = grouped(missed)
    held = [miss for group in found for miss in group.misses]
    assert sorted(held, key=repr) == sorted(missed, key=repr)
    assert [group.times for group in found] == sorted((g.times for g in found), reverse=True)
