"""What a call has to be before Gradio sees it."""

import functools
from typing import Any

import gradio as gr
import pytest

from studio.checks.calls import Calls
from studio.checks.kinds import Own
from studio.errors import Refused
from tests.studio.checks.loop import run

MINE = "/data/uploads/0a/precios.csv"
OWN = Own(lambda path: path == MINE, "studio.example")
RECORD = {
    "path": MINE,
    "meta": {"_type": "gradio.FileData"},
    "orig_name": "precios.csv",
    "size": 9,
    "mime_type": "text/csv",
}
ROUTE = f"/studio/es/gradio_api/file={MINE}"


async def _app(kind: Any) -> gr.Blocks:
    with gr.Blocks() as app:
        gr.Button().click(lambda value: None, kind(), None, api_name="act")
        gr.Button().click(None, None, None, js="() => 1", api_name="script")
    return app


@functools.cache
def an_app(kind: Any) -> gr.Blocks:
    """An app with one function of one input; outside a loop Gradio leaves loops of its own open."""
    return run(_app(kind))


def rebuilt(kind: Any, value: Any) -> Any:
    return Calls(an_app(kind)).rebuilt({"data": [value]}, "act", OWN)["data"][0]


def several() -> gr.Dropdown:
    return gr.Dropdown(["a", "b"], multiselect=True)


def some_files() -> gr.File:
    return gr.File(file_count="multiple")


FIT = [
    (gr.Textbox, "hola"),
    (gr.Textbox, ""),
    (gr.Textbox, None),
    (gr.Textbox, '{"path": "/etc"}'),
    (gr.Number, 3),
    (gr.Number, -0.5),
    (gr.Number, None),
    (gr.Checkbox, True),
    (gr.Checkbox, None),
    (gr.Dropdown, "a"),
    (gr.Dropdown, 6),
    (gr.Dropdown, None),
    (several, ["a", 2]),
    (several, []),
    (gr.CheckboxGroup, ["mon"]),
    (gr.Radio, "a"),
    (gr.State, None),
    (gr.File, None),
    (gr.File, RECORD),
    (gr.UploadButton, RECORD),
    (some_files, [RECORD, RECORD]),
    (gr.JSON, {"a": [1, {"b": None}]}),
    (gr.Dataframe, {"headers": ["a"], "data": [["x"]]}),
    (gr.Image, RECORD),
    (gr.MultimodalTextbox, {"text": "hola", "files": [RECORD]}),
]
UNFIT = [
    (gr.Textbox, 3),
    (gr.Textbox, True),
    (gr.Textbox, []),
    (gr.Textbox, {}),
    (gr.Textbox, RECORD),
    (gr.HTML, RECORD),
    (gr.Markdown, ["x"]),
    (gr.Code, {}),
    (gr.Button, RECORD),
    (gr.Number, "3"),
    (gr.Number, True),
    (gr.Number, [3]),
    (gr.Number, float("inf")),
    (gr.Number, float("nan")),
    (gr.Number, 10**400),
    (gr.Slider, "1"),
    (gr.Timer, {}),
    (gr.Checkbox, "true"),
    (gr.Checkbox, 1),
    (gr.Checkbox, []),
    (gr.Checkbox, RECORD),
    (gr.Dropdown, ["a"]),
    (gr.Dropdown, {}),
    (gr.Dropdown, RECORD),
    (several, "a"),
    (several, [["a"]]),
    (several, [RECORD]),
    (several, ["a"] * 1_001),
    (gr.Radio, ["a"]),
    (gr.CheckboxGroup, None),
    (gr.CheckboxGroup, "mon"),
    (gr.CheckboxGroup, [{}]),
    (gr.State, ""),
    (gr.State, RECORD),
    (gr.State, {"said": []}),
    (gr.State, [RECORD]),
    (gr.File, MINE),
    (gr.File, [RECORD]),
    (gr.File, {}),
    (gr.File, {**RECORD, "path": "/etc/hosts"}),
    (gr.File, {**RECORD, "path": MINE + "/"}),
    (gr.File, {**RECORD, "path": "/data/uploads/../x"}),
    (gr.File, {**RECORD, "path": [MINE]}),
    (gr.File, {**RECORD, "is_stream": True}),
    (gr.File, {**RECORD, "url": "http://169.254.169.254/"}),
    (gr.File, {**RECORD, "url": ["x"]}),
    (gr.File, {**RECORD, "url": f"http://evil.example{ROUTE}"}),
    (gr.File, {**RECORD, "url": f"{ROUTE}x"}),
    (gr.File, {**RECORD, "orig_name": {"a": 1}}),
    (some_files, RECORD),
    (some_files, [[RECORD]]),
    (some_files, [{**RECORD, "path": "/etc/x"}]),
    (gr.UploadButton, "x"),
    (gr.JSON, RECORD),
    (gr.JSON, [[{"a": RECORD}]]),
    (gr.JSON, {"a": {"url": "http://127.0.0.1/"}}),
    (gr.JSON, {"a": {"meta": {}}}),
    (gr.Dataframe, {"headers": ["a"], "data": [[RECORD]]}),
    (gr.Chatbot, [RECORD]),
    (gr.Image, {**RECORD, "path": "/etc/x"}),
    (gr.Image, {"url": "http://127.0.0.1/"}),
    (gr.MultimodalTextbox, {"text": "hola", "files": [{"path": "/etc/passwd"}]}),
]


@pytest.mark.parametrize(("kind", "value"), FIT)
def test_what_fits_is_passed_on(kind: Any, value: Any) -> None:
    assert rebuilt(kind, value) == value


@pytest.mark.parametrize(("kind", "value"), UNFIT)
def test_what_does_not_fit_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        rebuilt(kind, value)
    assert refused.value.status == 422


@pytest.mark.parametrize("host", ["", "http://studio.example", "https://studio.example"])
def test_of_a_file_only_what_is_known_of_it_is_passed_on(host: str) -> None:
    sent = {**RECORD, "url": host + ROUTE, "more": {"path": "/etc/passwd"}, "is_stream": False}
    assert rebuilt(gr.File, sent) == RECORD


CALL = {"data": ["hola"], "session_hash": "a1"}
BROKEN: list[Any] = [
    None,
    [],
    "x",
    {},
    {"data": None},
    {"data": {}},
    {"data": "hola"},
    {"data": []},
    {"data": ["hola", "hola"]},
    *({**CALL, "fn_index": index} for index in (99, -1, 1, "0", True, 0.0, [0], {})),
    *({**CALL, "session_hash": name} for name in (1, True, [], {}, "", "a b", "../x", "a" * 65)),
    *({**CALL, "trigger_id": part} for part in ("0", 9_999_999, True, [], 1.5)),
    *({**CALL, "event_data": data} for data in (RECORD | {"path": "/x"}, [[{"path": "/x"}]])),
    *({**CALL, name: "x"} for name in ("oauth_token", "event_id", "request", "root_path")),
    {**CALL, "batched": True},
    {**CALL, "simple_format": True},
    {**CALL, "event_id": []},
]


@pytest.mark.parametrize("call", BROKEN)
def test_a_call_that_no_page_makes_is_refused(call: Any) -> None:
    with pytest.raises(Refused):
        Calls(an_app(gr.Textbox)).rebuilt(call, "act", OWN)


@pytest.mark.parametrize("name", ["", "script", "other", None])
def test_there_is_no_function_by_another_name(name: str | None) -> None:
    with pytest.raises(Refused):
        Calls(an_app(gr.Textbox)).rebuilt(CALL, name, OWN)


def test_a_call_is_rebuilt_of_what_is_known() -> None:
    app = an_app(gr.Textbox)
    event = {"action": "see", "id": "7"}
    sent = {**CALL, "fn_index": 0, "event_data": event, "trigger_id": app._id, "event_id": None}
    assert Calls(app).rebuilt(sent, None, OWN) == {
        "data": ["hola"],
        "event_data": event,
        "fn_index": 0,
        "trigger_id": app._id,
        "session_hash": "a1",
    }
