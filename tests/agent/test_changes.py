"""Questions made otherwise for a server: what is changed, and that nothing said is lost."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.servers.changes import (
    alternating,
    in_turns,
    renamed,
    told_in_words,
    without_system,
    without_tools,
)
from agent.servers.shortening import KEPT_CHARACTERS, shortened, size

WORDS = st.text(min_size=1, max_size=40)
LINE = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "assistant"]),
    WORDS,
)
TALK = st.lists(LINE, max_size=12).map(
    lambda lines: [
        {"role": "system", "content": "Instrucciones."},
        *lines,
        {"role": "user", "content": '<customer language="es">¿Precio?</customer>'},
    ]
)


def asked(messages: list[dict[str, Any]], *tools: str) -> dict[str, Any]:
    offered = [{"type": "function", "function": {"name": name}} for name in tools]
    return {"model": "m", "messages": messages, **({"tools": offered} if tools else {})}


def called(name: str, result: str) -> list[dict[str, Any]]:
    call = {"id": "1", "type": "function", "function": {"name": name, "arguments": "{}"}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": result},
    ]


@given(TALK)
def test_roles_take_turns_and_no_word_is_lost(messages: list[dict[str, Any]]) -> None:
    made = alternating(asked(messages))["messages"]
    roles = [one["role"] for one in made[1:]]
    assert roles == [("user", "assistant")[n % 2] for n in range(len(roles))]
    text = "\n\n".join(one["content"] for one in made)
    assert all(one["content"] in text for one in messages)


@given(TALK)
def test_without_a_system_role_the_instructions_come_first(messages: list[dict[str, Any]]) -> None:
    made = without_system(asked(messages))["messages"]
    assert made[0]["role"] == "user"
    assert made[0]["content"].startswith("Instrucciones.")
    assert {one["role"] for one in made} <= {"user", "assistant"}


@given(TALK, st.integers(0, 3_000))
def test_what_is_short_enough_stays_and_the_rest_loses_its_oldest_lines(
    messages: list[dict[str, Any]], room: int
) -> None:
    short = shortened(messages, room)
    assert short.messages[0] == messages[0]
    assert short.messages[1:] == messages[1 + short.lines :]
    assert short.messages[-1] == messages[-1]
    if size(messages) <= room:
        assert short.messages == messages
    elif size(short.messages) > room:
        assert len(short.messages) == 2


@given(st.lists(st.integers(KEPT_CHARACTERS + 50, 2_000), min_size=1, max_size=5))
def test_results_of_tools_are_cut_first_and_only_as_many_as_needed(lengths: list[int]) -> None:
    start = [{"role": "system", "content": "x"}, {"role": "user", "content": "hola"}]
    end = [{"role": "user", "content": "<customer >¿Precio?</customer>"}]
    results = [one for length in lengths for one in called("catalog", "r" * length)]
    short = shortened([*start, *end, *results], size([*start, *end, *results]) - 1)
    assert (short.tool_results, short.lines) == (1, 0)
    none_left = shortened([*start, *end, *results], 0)
    assert (none_left.tool_results, none_left.lines) == (len(lengths), 1)


def test_what_the_platform_asks_again_is_not_taken_for_the_customers_words() -> None:
    theirs = {"role": "user", "content": "<customer >¿Precio?</customer>"}
    again = {"role": "user", "content": "Your last answer held a tool call as text."}
    assert shortened([theirs, again], 0).messages == [theirs, again]


def test_passages_go_from_the_last_and_the_customers_words_stay() -> None:
    found = "".join(
        f'<passage n="{n}" source="a" heading="">\n{"p" * 99}\n</passage>\n' for n in "12"
    )
    block = f'<passages>\n{found}</passages>\n\n<customer language="es">¿Precio?</customer>'
    messages = [{"role": "user", "content": block}]
    short = shortened(messages, size(messages) - 10)
    assert short.passages == 1
    assert 'n="1"' in short.messages[0]["content"]
    assert 'n="2"' not in short.messages[0]["content"]
    bare = shortened(messages, 0).messages[0]["content"]
    assert "passage n=" not in bare
    assert bare.endswith('<customer language="es">¿Precio?</customer>')


def test_without_tools_the_model_is_told_how_to_call_a_person() -> None:
    messages = [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]
    made = without_tools(asked(messages, "catalog", "handoff") | {"tool_choice": "auto"})
    assert made.keys() == {"model", "messages"}
    assert '{"name": "handoff", "arguments": {"reason": ' in made["messages"][0]["content"]
    alone = without_tools(asked(messages, "catalog"))
    assert "handoff" not in alone["messages"][0]["content"]


def test_results_of_tools_are_told_in_words_where_there_are_no_tools() -> None:
    messages = [{"role": "user", "content": "¿Precio?"}, *called("catalog", "219000")]
    made = told_in_words(asked(messages))["messages"]
    assert [one["role"] for one in made] == ["user", "assistant", "user"]
    assert "219000" in made[-1]["content"]


def test_pictures_beside_words_are_joined_as_parts() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:,"}}
    lines = [{"role": "user", "content": "hola"}, {"role": "user", "content": [picture]}]
    assert in_turns(lines) == [
        {"role": "user", "content": [{"type": "text", "text": "hola"}, picture]}
    ]


def test_the_limit_of_the_answer_keeps_its_number() -> None:
    assert renamed({"max_completion_tokens": 7}) == {"max_tokens": 7}
    assert renamed({"max_tokens": 7}) == {"max_tokens": 7}
