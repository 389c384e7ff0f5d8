"""What only looks like Markdown reaches a person on WhatsApp as it was written."""

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from channels.chatwoot.client import written
from channels.formatting import literal, whatsapp

CASE = Path(__file__).parents[1] / "cases" / "asterisks-eaten" / "reply.txt"
MARKS = "*_~`"

numbers = st.integers(0, 9999).map(str)
words = st.from_regex(r"[a-zñáéíóú]{2,9}", fullmatch=True)
names = st.from_regex(r"[a-z]{1,6}(_[a-z0-9]{1,6}){1,4}", fullmatch=True)
letters = st.sampled_from("abcxyzkn")
operands = st.one_of(numbers, letters, words)


def _joined(parts: st.SearchStrategy[str], *signs: str) -> st.SearchStrategy[str]:
    """Two to five parts with one of the signs between each two."""
    tail = st.lists(st.tuples(st.sampled_from(signs), parts), min_size=1, max_size=4)
    return st.tuples(parts, tail).map(lambda all_: all_[0] + "".join(a + b for a, b in all_[1]))


formulas = _joined(operands, "*")
powers = st.tuples(letters | numbers, numbers, numbers | letters).map("**".join)
sums = st.tuples(formulas, numbers, formulas).map(lambda it: f"{it[0]}={it[1]} y {it[2]}")
holders = st.one_of(words, names, _joined(words, " ", "-")).map(lambda name: f"<{name}x>")
codes = st.tuples(_joined(numbers, "*"), st.sampled_from("*#")).map(lambda it: f"*{it[0]}{it[1]}#")
windows = st.lists(words | names, min_size=1, max_size=4).map(
    lambda parts: "C:\\" + "\\".join(parts) + "\\*.txt"
)
paths = st.lists(names | words, min_size=2, max_size=4).map(lambda parts: "/" + "/".join(parts))
globs = st.tuples(words, words).map(lambda two: f"(*.{two[0]},*.{two[1]})")
mails = st.tuples(names, words).map(lambda two: f"{two[0]}@{two[1]}.mx")
addresses = paths.map(lambda path: f"https://a.mx{path}?q=*x*_y_")
limits = numbers.map(lambda number: f">= {number} y >{number}")
signed = numbers.map(lambda number: f"+ {number} % de IVA")
kinds = st.one_of(
    *(formulas, powers, sums, holders, codes, windows, paths, globs, names, mails, addresses)
)


def test_the_measures_and_the_gaps_of_a_form_stay() -> None:
    case = CASE.read_text(encoding="utf-8").strip()
    assert "120*60*75" in case
    assert whatsapp(case) == case


@given(kinds | limits | signed)
def test_a_formula_a_gap_a_code_a_path_stands_alone(text: str) -> None:
    assert whatsapp(text) == text


@given(st.lists(kinds, min_size=2, max_size=5))
def test_many_of_them_in_one_sentence_stay(parts: list[str]) -> None:
    text = f"Escriba {' o '.join(parts)}, por favor"
    assert whatsapp(text) == text


@given(st.lists(kinds | limits, min_size=1, max_size=5))
def test_they_stay_in_a_list_too(parts: list[str]) -> None:
    text = "\n".join(f"- Opción {part}" for part in parts)
    assert whatsapp(text) == text


@given(kinds, words)
def test_bold_beside_them_is_bold(part: str, word: str) -> None:
    assert whatsapp(f"**{word}**: {part} y **{word}**") == f"*{word}*: {part} y *{word}*"


@given(st.text("axk279 \n.,:;()=/#+-<>*_~`\\|!?", max_size=80))
def test_no_letter_and_no_digit_is_lost(text: str) -> None:
    written = re.sub(r"(?m)^[\s>*+-]*\d+[.)](?=\s|$)|&|[^\w\n]|_", "", text)
    shown = re.sub(r"(?m)^[\s>-]*\d+\.(?=\s|$)|[^\w\n]|_", "", whatsapp(text))
    assert sorted(shown.replace("\n", "")) == sorted(written.replace("\n", ""))


@given(st.lists(kinds | words, min_size=1, max_size=8).map(" ".join))
def test_what_has_no_marks_is_the_same_the_second_time(text: str) -> None:
    assert whatsapp(whatsapp(text)) == whatsapp(text)


def read(markdown: str) -> str:
    """What a reader of CommonMark makes of one paragraph."""
    shown = MarkdownIt("commonmark", {"html": True}).render(markdown).strip()
    return html.unescape(shown.removeprefix("<p>").removesuffix("</p>"))


def test_an_inbox_that_reads_markdown_shows_the_case_as_it_was_written() -> None:
    case = CASE.read_text(encoding="utf-8").strip()
    assert read(written(case, "Channel::Whatsapp")) == case


@given(st.lists(st.one_of(formulas, powers, sums, holders, codes), min_size=1, max_size=4))
def test_an_inbox_that_reads_markdown_is_told_what_is_none(parts: list[str]) -> None:
    text = f"Escriba {' o '.join(parts)}, por favor"
    assert read(literal(text)) == text


@pytest.mark.parametrize(
    "text", ["**Hola** *mundo*", "<b>a</b>", "`2*3*4`", "```\n2*3*4\n```", "a \\* b", "* uno"]
)
def test_what_is_markdown_stays_so_there(text: str) -> None:
    assert literal(text) == text


@given(st.lists(operands, min_size=2, max_size=4).map("*".join))
def test_code_stays_to_the_letter(code: str) -> None:
    assert whatsapp(f"`{code}`\n\n```\n{code} <x>\n```") == f"`{code}`\n\n```\n{code} <x>\n```"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<nombre>\n**Ana**", "<nombre>\n*Ana*"),
        ("<p>Hola <nombre></p>", "Hola <nombre>"),
        ("<b>Escriba</b> <code>", "Escriba <code>"),
        ("Escriba <title> y <address>", "Escriba <title> y <address>"),
        ("3. tres\n5. cinco", "3. tres\n5. cinco"),
        ("El **total** es 2*3*4", "El *total* es 2*3*4"),
        ("*Nota* de 2*3", "_Nota_ de 2*3"),
        ("**120*60*75**", "*120*60*75*"),
        ("| 2*3*4 | **P** |\n|---|---|\n| 1*2*3 | <x> |", "*2*3*4:* 1*2*3\n*P:* <x>"),
        ("__init__.py y ~/.bashrc", "__init__.py y ~/.bashrc"),
        ("arr[0](x) y [sitio](https://a.mx)", "arr[0](x) y sitio (https://a.mx)"),
        (r"\d+\.\d* y \*no\*", r"\d+\.\d* y *no*"),
    ],
)
def test_marks_become_marks_and_the_rest_stays(written: str, shown: str) -> None:
    assert whatsapp(written) == shown
