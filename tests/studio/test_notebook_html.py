"""What a notebook printed, as a page that runs nothing and asks nobody."""

import base64
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.notebooks import code, markdown, notebook
from studio.notebook_html import POLICY, clean, page

PNG = base64.b64encode(b"\x89PNG").decode()
HARMLESS = {
    *("html", "head", "meta", "style", "body", "div", "p", "pre", "a", "img", "table", "tbody"),
    *("thead", "tr", "td", "th", "b", "i", "h1", "code", "em", "strong", "span", "ul", "li"),
}
WILD = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://evil.example/x.png>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<img src='data:text/html,<script>1</script>'>",
    "<img srcset='https://evil.example/x.png 2x'>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<iframe src=https://evil.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,x'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<form action=https://evil.example><input name=q><button>x</button></form>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import 'https://evil.example/x.css'; body { background: url(//evil.example) }</style>",
    "<p style='background: url(https://evil.example)'>x</p>",
    "<video src=https://evil.example/x.mp4 autoplay></video>",
    "<object data=https://evil.example></object><embed src=https://evil.example>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<table background=https://evil.example/x.png><tr><td>x</td></tr></table>",
    "</body></html><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<details open ontoggle=alert(1)>x</details>",
    "<div id=top name=body class=x>x</div>",
]


class Reader(HTMLParser):
    """What a browser would find in the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def faults(text: str) -> list[str]:
    """What in a page runs, or asks for something."""
    found = []
    for name, attributes in Reader(text).elements:
        if name in ("script", "iframe", "object", "embed", "link", "base", "form", "svg", "video"):
            found.append(name)
        for attribute, value in attributes.items():
            picture = name == "img" and re.match(r"data:image/(png|jpeg|gif|webp);", value or "")
            link = name == "a" and re.match(r"https?://|mailto:|#", value or "")
            fine = {"src": picture, "href": link}.get(attribute, True)
            if not fine or attribute.startswith("on") or attribute in ("style", "srcset", "srcdoc"):
                found.append(f"{name} {attribute}={value}")
            if attribute in ("background", "action", "data", "http-equiv"):
                found.append(f"{name} {attribute}")
    return found


def printed(**data: str) -> dict[str, Any]:
    names = {"html": "text/html", "text": "text/plain", "markdown": "text/markdown"}
    shown = {names.get(name, f"image/{name}"): value for name, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": shown}


def with_output(*outputs: dict[str, Any]) -> dict[str, Any]:
    return notebook([{**code("x"), "outputs": list(outputs)}])


@pytest.mark.parametrize("wild", WILD)
def test_nothing_in_a_page_runs_or_asks(wild: str) -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": wild}
    error = {"output_type": "error", "ename": wild, "evalue": wild, "traceback": [wild]}
    both = with_output(
        printed(html=wild), printed(text=wild), printed(markdown=wild), stream, error
    )
    both["cells"] += [markdown(wild), code(wild), {"cell_type": "raw", "source": wild}]
    assert faults(page(both)) == []


@given(st.lists(st.sampled_from([*WILD, "<", ">", '"', "'", "`", "]]>", "<!--", "\n\n", "x"])))
def test_no_mixture_of_them_does(parts: list[str]) -> None:
    wild = "".join(parts)
    both = with_output(printed(html=wild), printed(text=wild))
    both["cells"] += [markdown(wild), code(wild)]
    assert faults(page(both)) == []


def test_the_reader_sees_what_runs() -> None:
    """So that the tests above can fail."""
    seen = [bool(faults(wild)) for wild in WILD]
    assert seen.count(True) > 20


def test_the_policy_allows_neither_scripts_nor_addresses() -> None:
    assert "default-src 'none'" in POLICY
    assert POLICY.endswith("sandbox")
    for word in ("script-src", "unsafe-inline", "http", "connect-src", "'self' "):
        assert word not in POLICY


def test_tables_and_pictures_are_shown() -> None:
    frame = '<table border="1" class="dataframe"><tr><th colspan="2">a</th></tr></table>'
    drawn = page(with_output(printed(html=frame, text="a"), printed(png=PNG, text="<Figure>")))
    assert '<th colspan="2">a</th>' in drawn
    assert f'<img src="data:image/png;base64,{PNG}">' in drawn
    assert "&lt;Figure" not in drawn


def test_a_picture_that_is_none_gives_way_to_the_words() -> None:
    drawn = page(with_output(printed(png='x" onerror="alert(1)', text="words")))
    assert "<img" not in drawn
    assert "words" in drawn


def test_lines_may_be_lists_colours_go_and_long_texts_are_cut() -> None:
    stream = {
        "output_type": "stream",
        "name": "stderr",
        "text": ["\x1b[31mred\x1b[0m\n", "x" * 60_000],
    }
    drawn = page(with_output(stream))
    assert '<pre class="error">red\nx' in drawn
    assert drawn.count("x") < 50_100
    assert "[...]" in drawn


def test_the_cell_that_failed_is_marked() -> None:
    drawn = page(notebook([code("1"), code("1/0")]), failed=1)
    assert '<pre class="code failed">1/0</pre>' in drawn


def test_words_of_customers_are_words() -> None:
    assert clean("1 < 2 & 3") == "1 &lt; 2 &amp; 3"
