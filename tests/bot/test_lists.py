"""Lists: cursors that hold, lines, limits, and cursors that nobody of ours wrote."""

import base64
import contextlib
import json
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Invalid
from bot import lists
from bot.lists import (
    BY_MOMENT,
    BY_MOMENT_AND_WORD,
    BY_NUMBER,
    BY_WORD,
    NDJSON,
    List,
    Page,
    newest_first,
    read_cursor,
    write_cursor,
)
from tests.bot.conftest import on_one_database

LINES = {"Accept": NDJSON}


def numbers(count: int) -> List[int, int]:
    """A list of numbers, the greatest first."""
    fetch = newest_first(range(count), lambda one: one)
    return List("numbers", BY_NUMBER, fetch, lambda one: one, lambda one: {"n": one})


def asked(count: int, lines: bool = False, **query: Any) -> Any:
    """The answer to a request for a page of so many numbers."""
    headers = LINES if lines else {}
    with Flask(__name__).test_request_context("/numbers", headers=headers, query_string=query):
        return numbers(count).answer(Page.model_validate(query))


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 200, 201, 450])
@pytest.mark.parametrize("limit", [1, 7, 50, 200, 1_000])
def test_the_pages_of_a_list_hold_each_row_once(count: int, limit: int) -> None:
    found, cursor = [], ""
    while True:
        page = asked(count, limit=limit, cursor=cursor).json
        assert len(page["numbers"]) <= limit
        found += [row["n"] for row in page["numbers"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == list(reversed(range(count)))


def test_a_page_holds_fifty_rows_when_nobody_says_how_many() -> None:
    assert len(asked(60).json["numbers"]) == 50


def test_more_rows_than_a_page_may_hold_are_not_given() -> None:
    assert len(asked(2_000, limit=5_000).json["numbers"]) == lists.MOST_ROWS
    with pytest.raises(ValueError, match="less than or equal"):
        Page(limit=lists.MOST_LINES + 1)


def test_lines_hold_the_whole_list_and_need_no_limit() -> None:
    answer = asked(2_000, lines=True)
    assert answer.mimetype == NDJSON
    lines = answer.get_data(as_text=True).splitlines()
    assert [json.loads(line)["n"] for line in lines] == list(reversed(range(2_000)))
    assert "Link" not in answer.headers


def test_lines_that_go_on_name_the_next_page_with_every_filter() -> None:
    answer = asked(30, lines=True, limit=10)
    assert answer.headers["Link"].startswith("</numbers?limit=10&cursor=")
    assert answer.headers["Link"].endswith('>; rel="next"')


def test_a_page_ends_at_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_BYTES", 100)
    page = asked(300, limit=300).json
    assert 1 < len(page["numbers"]) < 20
    assert asked(300, cursor=page["next"]).json["numbers"][0]["n"] == page["numbers"][-1]["n"] - 1


def test_the_store_is_never_asked_for_more_than_so_many() -> None:
    wanted = []

    def fetch(after: int | None, limit: int) -> Sequence[int]:
        wanted.append(limit)
        return newest_first(range(1_000), lambda one: one)(after, limit)

    every = List("n", BY_NUMBER, fetch, lambda one: one, lambda one: {"n": one})
    with Flask(__name__).test_request_context("/n", headers=LINES):
        every.answer(Page())
    assert max(wanted) == lists.AT_ONCE


def test_lines_are_given_only_to_who_asks_for_them() -> None:
    for accepted in ("*/*", "application/json", "text/html", f"{NDJSON};q=0.1, */*", ""):
        with Flask(__name__).test_request_context("/n", headers={"Accept": accepted}):
            assert numbers(1).answer(Page()).mimetype == "application/json"


# --- cursors that nobody of ours wrote

KINDS = (BY_NUMBER, BY_WORD, BY_MOMENT, BY_MOMENT_AND_WORD)
TANGLED = ("1", "-1", "[]", "{}", "null", "1e999", "[1e999, 1]", "9" * 30, '"%00"', "[[1], 2]")


def as_cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize("kind", KINDS, ids=("number", "word", "moment", "both"))
@given(st.one_of(st.text(max_size=60), st.sampled_from([as_cursor(one) for one in TANGLED])))
def test_a_forged_cursor_is_a_key_or_refused(kind: Any, cursor: str) -> None:
    with contextlib.suppress(Invalid):
        found = read_cursor(cursor, kind)
        assert found is None or read_cursor(write_cursor(found), kind) == found


@given(st.tuples(st.floats(0, 2.0**40), st.integers(0, 2**63 - 1)))
def test_a_key_comes_back_as_it_was(key: tuple[float, int]) -> None:
    assert read_cursor(write_cursor(key), BY_MOMENT) == key


@on_one_database
@pytest.mark.parametrize("cursor", ["x", as_cursor("1"), as_cursor("[1, null]"), "A" * 500])
def test_the_api_refuses_a_forged_cursor_with_a_sentence(client: FlaskClient, cursor: str) -> None:
    answer = client.get("/agents", query_string={"cursor": cursor})
    assert answer.status_code == 422


# --- of agents


def test_agents_come_page_by_page(client: FlaskClient) -> None:
    made = [client.post("/agents", json={"name": f"A{n}"}).json["id"] for n in range(5)]
    found, address = [], "/agents?limit=2"
    while address:
        answer = client.get(address, headers=LINES)
        found += [json.loads(line)["id"] for line in answer.text.splitlines()]
        address = answer.headers.get("Link", "").partition(">")[0][1:]
    assert sorted(found) == sorted(made)


def test_agents_that_were_put_away_are_listed_apart(client: FlaskClient) -> None:
    kept, gone = (client.post("/agents", json={"name": name}).json["id"] for name in "AB")
    client.delete(f"/agents/{gone}")
    for archived, expected in (("false", kept), ("true", gone)):
        found = client.get(f"/agents?archived={archived}").json["agents"]
        assert [one["id"] for one in found] == [expected]
