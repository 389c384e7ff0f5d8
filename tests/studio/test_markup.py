"""Escaping: whatever goes in, nothing but our own elements comes out."""

import time
from html.parser import HTMLParser

import pytest

from studio.bubbles import LONGEST_SHOWN, Bubble, thread
from studio.markup import Html, tag, whatsapp
from studio.widgets import button, card, table
from tests.studio.hostile import HOSTILE

OURS = {"div", "span", "b", "i", "s", "code", "button", "table", "thead", "tbody", "tr", "td", "th"}


class Elements(HTMLParser):
    """Collects what a browser would build."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_customers_words_never_become_elements(text: str) -> None:
    pieces = [
        thread([Bubble("customer", text, who=text, media=[{"media_type": text}])]),
        card(text, text, action="open", subject=text, chosen=False),
        table([text], [[text, button(text, "see", text, confirm=text)]], ""),
    ]
    for piece in pieces:
        built = Elements(piece)
        assert set(built.tags) <= OURS
        assert not [name for name in built.names if name.startswith("on") or name == "src"]


@pytest.mark.parametrize("text", [text for text in HOSTILE if "*" not in text and "_" not in text])
def test_customers_words_are_shown_as_they_wrote_them(text: str) -> None:
    assert Elements(tag("div", text)).words == text


def test_marks_are_shown_as_whatsapp_shows_them() -> None:
    shown = whatsapp("*hola* _qué_ ~no~ ```x < y``` 2*3*4 https://a.mx/b_c_d")
    assert shown == (
        "<b>hola</b> <i>qué</i> <s>no</s> <code>x &lt; y</code> 2*3*4 https://a.mx/b_c_d"
    )


def test_long_messages_are_cut_and_cost_little_to_draw() -> None:
    started = time.perf_counter()
    for letter in "*_~`a":
        drawn = thread([Bubble("customer", letter * 100_000)])
        assert len(drawn) < LONGEST_SHOWN * 2
    assert time.perf_counter() - started < 5


def test_html_of_ours_is_not_escaped_twice() -> None:
    assert tag("div", tag("b", "a & b"), [Html("<br>"), None]) == "<div><b>a &amp; b</b><br></div>"
