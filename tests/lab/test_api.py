"""The client itself: addresses, tokens, pages, patience, and answers that no studio gives."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks.lab import Busy, LabError, NotAllowed, Refused, Unreachable
from notebooks.lab.agents import evidence
from notebooks.lab.api import Api, address
from notebooks.lab.notebook import this_notebook
from notebooks.lab.replays import Replay

TOKEN = "a-token"
Answering = Callable[[httpx.Request], httpx.Response]


def api(answer: Answering, waited: list[float] | None = None) -> Api:
    """A client that *answer* answers; it waits no moment."""
    pauses = waited if waited is not None else []
    return Api("http://studio.test/base/", TOKEN, httpx.MockTransport(answer), pauses.append)


@pytest.mark.parametrize(
    "url", ["", "studio", "ftp://x", "http://", "http://a b", "https://u:p@x", "http://x:p", None]
)
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(LabError, match="is no address"):
        address(url)


@pytest.mark.parametrize("token", ["", " ", "a b", "a\nb", "clé", "\x00", None])
def test_what_is_no_token_is_said_and_not_shown(token: str) -> None:
    with pytest.raises(LabError, match="That is no token") as found:
        Api("https://x.test", token)
    assert str(token).strip() not in str(found.value) or not str(token).strip()


@given(st.text(max_size=40) | st.text(max_size=20).map("http://{}".format))
def test_any_text_is_an_address_or_gets_a_sentence(url: str) -> None:
    with contextlib.suppress(LabError):
        assert httpx.URL(address(url)).host


def test_the_token_goes_along_and_the_path_of_the_address_stays() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        return httpx.Response(200, json={"path": request.url.path})

    assert api(answer).get("/agents") == {"path": "/base/agents"}


def test_a_token_follows_no_redirect() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://elsewhere.test/"})

    with pytest.raises(LabError, match="answers 302, and not as the studio's API does"):
        api(answer).get("/me")
    assert asked == ["studio.test"]


def test_a_list_is_followed_to_its_end_whatever_address_its_pages_name() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("cursor", 0))
        link = {"Link": f'</turns?cursor={page + 1}&limit=2>; rel="next"'} if page < 2 else {}
        words = "a\u2028b"  # ends a line for Python, not for JSON
        lines = f'{{"n": {page}, "text": "{words}"}}\n'
        return httpx.Response(200, text=lines, headers=link)

    assert [row["n"] for row in api(answer).rows("/turns")] == [0, 1, 2]
    assert [row["n"] for row in api(answer).rows("/turns", limit=1)] == [0]


def test_patience_is_had_as_the_api_asks_for() -> None:
    answers = [
        httpx.Response(429, headers={"Retry-After": "3"}, json={"error": {"message": "x"}}),
        httpx.Response(503, headers={"Retry-After": "0.5"}, json={"error": {"message": "x"}}),
        httpx.Response(200, json={"done": True}),
    ]
    waited: list[float] = []
    assert api(lambda request: answers.pop(0), waited).post("/x", {}) == {"done": True}
    assert waited == [3.0, 0.5]


@pytest.mark.parametrize("wait", ["3600", "soon", "-1", "nan"])
def test_it_is_not_had_for_long(wait: str) -> None:
    problem = {"error": {"message": "Too many.", "fields": []}}
    waited: list[float] = []
    with pytest.raises(Busy, match="Too many"):
        api(
            lambda request: httpx.Response(429, headers={"Retry-After": wait}, json=problem), waited
        ).get("/x")
    assert sum(waited) == 0


def test_each_field_that_is_wrong_is_said() -> None:
    problem = {"message": "Some fields cannot be used.", "fields": [{"field": "a", "message": "b"}]}
    with pytest.raises(Refused, match=r"cannot be used\.\n  a: b"):
        api(lambda request: httpx.Response(422, json={"error": problem})).post("/x", {})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(502, text="<html>Bad gateway"), Busy),
        (httpx.Response(401, text=""), NotAllowed),
        (httpx.Response(418, json=[]), LabError),
        (httpx.Response(200, text="<html>Sign in"), LabError),
        (httpx.Response(200, json=[1]), LabError),
        (httpx.Response(500, json={"error": "x"}), LabError),
        (httpx.Response(422, json={"error": None}), Refused),
    ],
)
def test_who_is_no_studio_is_told_apart(answer: httpx.Response, kind: type[LabError]) -> None:
    with pytest.raises(kind, match="as the studio's API does"):
        api(lambda request: answer).get("/me")


def test_a_list_that_is_cut_off_is_no_shorter_list() -> None:
    with pytest.raises(LabError, match="cut off"):
        list(api(lambda request: httpx.Response(200, text='{"n": 1}\n{"n"')).rows("/x"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ConnectError("refused"), "Nobody answers at http://studio.test/base"),
        (httpx.ReadTimeout("late"), "has not answered within"),
    ],
)
def test_who_does_not_answer_is_named(error: httpx.HTTPError, said: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(Unreachable, match=said):
        api(answer).get("/me")


# --- what a release is shown


def nothing(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"asked for {request.url}")


def refusing(request: httpx.Request) -> httpx.Response:
    """A studio that keeps no notebook."""
    if request.method == "GET":
        return httpx.Response(200, text="")
    return httpx.Response(422, json={"detail": "This is no notebook of Jupyter."})


def test_the_notebook_that_runs_is_named_by_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.ipynb"
    file.write_bytes(b"{}")
    monkeypatch.setenv("JPY_SESSION_NAME", str(file))
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert (this_notebook().name, this_notebook().sha256) == ("mine.ipynb", digest)
    assert this_notebook(file) == this_notebook()
    monkeypatch.setenv("LAB_RUN", "0f8fad5b")
    assert evidence(api(nothing), [this_notebook()]) == [{"notebook": "0f8fad5b"}]
    monkeypatch.delenv("LAB_RUN")
    monkeypatch.delenv("JPY_SESSION_NAME")
    with pytest.raises(LabError, match="cannot be told here"):
        this_notebook()
    with pytest.raises(LabError, match=r"no notebook at other\.ipynb"):
        this_notebook("other.ipynb")


def test_what_shows_nothing_is_no_evidence() -> None:
    with pytest.raises(LabError, match="Evidence is an experiment"):
        evidence(api(nothing), ["trust me"])


@pytest.mark.parametrize("text", ["{", "[]", "1"])
def test_a_file_that_the_studio_does_not_take_is_named_with_its_hash(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "mine.ipynb"
    file.write_text(text)
    found = evidence(api(refusing), [this_notebook(file)])
    assert found == [{"notebook": "mine.ipynb", "sha256": this_notebook(file).sha256}]


def test_what_went_otherwise_in_a_replay_is_a_row_each() -> None:
    def reply(text: str) -> dict[str, str]:
        return {"text": text, "outcome": "answered"}

    same = {"asked": ["a"], "then": [reply("x")], "now": [reply("x")], "changes": []}
    other = {"asked": ["b", "c"], "then": [reply("x")], "now": [reply("y")], "changes": ["text"]}
    row = {"conversation_id": 7, "stretches": [same, other]}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=json.dumps(row) + "\n")

    found = Replay(api(answer), {"id": "r"}).changes()
    assert found.to_dict("records") == [
        {
            "conversation_id": 7,
            "asked": "b\nc",
            "then": "x",
            "now": "y",
            "outcome_then": "answered",
            "outcome_now": "answered",
            "changes": "text",
        }
    ]
