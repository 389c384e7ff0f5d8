"""What was not kept is counted, named by a few places, and said in every language."""

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from knowledge.base import Source
from knowledge.notices import (
    LONGEST_PLACE,
    MOST_PLACES,
    SENTENCES,
    Notice,
    from_stored,
    joined,
    stored,
)
from store.db.database import Database
from tests.store import test_migrations as old

ROOM = Path(__file__).parents[2] / "knowledge"
NOTICES = st.builds(
    Notice, st.sampled_from(sorted(SENTENCES)), st.integers(1, 9), st.tuples(st.text(max_size=99))
)


def test_equal_losses_are_one_notice() -> None:
    found = joined([Notice("hidden_rows", 2, ("A",)), Notice("pdf_pages"), Notice("hidden_rows")])
    assert found == [Notice("hidden_rows", 3, ("A",)), Notice("pdf_pages", 1)]


def test_a_few_places_are_named_and_the_rest_is_counted() -> None:
    (found,) = joined(Notice("pdf_pages", 1, (f"p. {page}",)) for page in range(1, 301))
    assert found.sentence.startswith(
        "Pages without text, only pictures: 300 (p. 1, p. 2, p. 3, p. 4, p. 5, p. 6, p. 7, p. 8, "
        "...)."
    )


@given(st.lists(NOTICES, max_size=30))
def test_nothing_is_lost_of_the_counts_and_a_notice_stays_short(notices: list[Notice]) -> None:
    found = joined(notices)
    assert sum(one.count for one in found) == sum(one.count for one in notices)
    assert [one.code for one in found] == list(dict.fromkeys(one.code for one in notices))
    places = [place for one in found for place in one.where]
    assert all(len(one.where) <= MOST_PLACES + 1 for one in found)
    assert all(len(place) <= LONGEST_PLACE and "\n" not in place for place in places)
    assert list(from_stored(stored(found))) == found


def test_what_no_sentence_is_known_for_is_said_all_the_same() -> None:
    assert Notice("of_a_newer_version", 2, ("p. 1",)).sentence == (
        "Something was not kept: 2 (p. 1)."
    )


def test_every_notice_that_a_reader_makes_has_a_sentence() -> None:
    made = {
        node.args[0].value
        for path in (ROOM / "parsing").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Notice"
        if isinstance(node.args[0], ast.Constant)
    }
    assert "pdf_pages" in made
    assert made <= SENTENCES.keys()


@pytest.mark.parametrize(
    ("code", "notices"),
    [
        ("", ()),
        ("file_damaged", ()),
        ("pdf_pages:7", (Notice("pdf_pages", 1, ("p. 7",)),)),
        ("pdf_pages:2, 4", (Notice("pdf_pages", 2, ("p. 2", "p. 4")),)),
    ],
)
def test_the_one_notice_of_before_is_kept(
    empty: Database, tmp_path: Path, code: str, notices: tuple[Notice, ...]
) -> None:
    before = tuple(name.removesuffix(".py") for name in sorted(old.LANDED)[:6])
    old.migrated_by(before, empty, tmp_path / "then")
    old.write_in_every_table(empty)
    with empty.write() as tx:
        change = sa.text("UPDATE sources SET error_code = :code, kind = 'file', state = 'ready'")
        tx.execute(change, {"code": code})
    old.migrate(empty)
    with empty.read() as tx:
        row = tx.execute(sa.select(old.knowledge_tables.sources).limit(1)).one()
    source = Source.of(row._asdict())
    assert (source.notices, source.error_code) == (notices, "" if notices else code)


empty = old.empty
