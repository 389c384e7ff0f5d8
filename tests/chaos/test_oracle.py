"""The judge sees what a customer would see."""

import pytest

from tests.chaos.oracle import judge
from tests.chaos.plan import CHANNELS, LONG, LONGER, Plan, channel_of, reply_to, said_in

ONE = "n1 parte 1 de 1"


def test_a_reply_to_each_message_is_clean() -> None:
    assert judge(
        {"ana": [1, 2, 3]}, [("ana", "n1 n2 parte 1 de 1"), ("ana", "n3 parte 1 de 1")]
    ).is_clean


def test_a_message_without_a_reply_is_lost() -> None:
    assert judge({"ana": [1, 2]}, [("ana", ONE)]).lost == ["ana n2"]


def test_a_message_left_behind_by_a_later_one_is_known_before_the_end() -> None:
    body = [("ana", "n2 parte 1 de 1")]
    assert judge({"ana": [1, 2, 3]}, body).overtaken == ["ana n1"]
    assert judge({"ana": [1, 2, 3]}, body, {("ana", 1)}).overtaken == []


def test_an_apology_answers_nothing() -> None:
    assert judge({"ana": [1]}, [("ana", "Perdone, ahora mismo no puedo.")]).lost == ["ana n1"]


def test_a_missing_second_part_is_a_loss() -> None:
    assert judge({"ana": [1]}, [("ana", "n1 parte 1 de 2")]).lost == ["ana n1"]


def test_the_same_message_answered_twice_is_doubled() -> None:
    assert len(judge({"ana": [1, 2]}, [("ana", ONE), ("ana", "n1 n2 parte 1 de 1")]).doubled) == 1


def test_a_message_that_one_reply_answers_twice_is_doubled() -> None:
    assert len(judge({"ana": [1]}, [("ana", "n1 n1 parte 1 de 1")]).doubled) == 1


@pytest.mark.parametrize(
    "bodies",
    [
        ["n2 parte 1 de 1", ONE],
        ["n1 parte 2 de 2", "n1 parte 1 de 2", "n2 parte 1 de 1"],
        ["n1 n2 parte 1 de 2", "n3 parte 1 de 1", "n1 n2 parte 2 de 2"],
        ["n2 n1 parte 1 de 1"],
    ],
)
def test_what_comes_too_late_is_inverted(bodies: list[str]) -> None:
    verdict = judge({"ana": [1, 2]}, [("ana", body) for body in bodies])
    assert len(verdict.inverted) == 1
    assert not verdict.doubled


def test_a_message_that_had_to_be_found_may_be_answered_late_but_once() -> None:
    late = {("ana", 2)}
    found_later = [("ana", "n1 n3 parte 1 de 1"), ("ana", "n2 parte 1 de 1")]
    assert judge({"ana": [1, 2, 3]}, found_later, late).is_clean
    assert judge({"ana": [1, 2, 3]}, [("ana", "n1 n3 n2 parte 1 de 1")], late).is_clean
    assert judge({"ana": [1, 2, 3]}, found_later[:1], late).lost == ["ana n2"]
    assert judge({"ana": [1, 2, 3]}, [*found_later, found_later[1]], late).doubled
    assert judge({"ana": [1, 2, 3]}, found_later).inverted


def test_customers_do_not_disturb_each_other() -> None:
    assert judge({"ana": [1], "bob": [1]}, [("bob", ONE), ("ana", ONE)]).is_clean


def test_a_long_answer_comes_in_two_parts_that_both_name_the_messages() -> None:
    text = reply_to(f"n7\nn8{LONG}")
    first, _, second = text.split("\n\n")
    assert said_in(first).numbers == said_in(second).numbers == (7, 8)
    assert 1_600 < len(text) < 3_200
    assert 4_096 < len(reply_to(f"n7{LONGER}")) < 8_192


def test_the_same_seed_is_the_same_plan() -> None:
    plan = Plan(seed=3, messages=200)
    assert list(plan.bursts()) == list(Plan(seed=3, messages=200).bursts())
    assert list(plan.bursts()) != list(Plan(seed=4, messages=200).bursts())
    assert {channel_of(burst.messages[0].customer) for burst in plan.bursts()} == set(CHANNELS)
    sids = [message.sid for burst in plan.bursts() for message in burst.messages]
    assert len(sids) == len(set(sids)) == 200
