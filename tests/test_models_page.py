"""The page on models says what happens, and nothing that machines read is in it for customers."""

from pathlib import Path

from tests.standins.behaviours import SECRET, outcomes, table

PAGE = Path(__file__).parents[1] / "docs" / "models.md"


def test_the_page_holds_the_table_that_is_printed() -> None:
    assert PAGE.read_text("utf-8").endswith(f"\n\n{table()}\n")


def test_no_behaviour_brings_a_customer_what_only_machines_read() -> None:
    for name, _, answer in outcomes():
        assert not any(sign in answer.text for sign in (SECRET[:9], "<", "{", "†", "[^")), name
        assert answer.outcome != "fallback" or answer.error, name
