import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.formatting import split, whatsapp


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**b** and __b__", "*b* and *b*"),
        ("*i* and _i_", "_i_ and _i_"),
        ("***bi***", "*_bi_*"),
        ("~~s~~", "~s~"),
        ("# Título", "*Título*"),
        ("## **Precio** final", "*Precio final*"),
        ("[el sitio](https://a.mx/b_c_d)", "el sitio (https://a.mx/b_c_d)"),
        ("[https://a.mx](https://a.mx)", "https://a.mx"),
        ("[ana@a.mx](mailto:ana@a.mx)", "ana@a.mx"),
        ("![un Jetta](https://a.mx/j.jpg)", "un Jetta: https://a.mx/j.jpg"),
        ("![](https://a.mx/j.jpg)", "https://a.mx/j.jpg"),
        ("<https://a.mx/_x_>", "https://a.mx/_x_"),
        ("mire https://a.mx/_uno_/*dos*.", "mire https://a.mx/_uno_/*dos*."),
        ("**https://a.mx/a_b_c**", "*https://a.mx/a_b_c*"),
        ("`a_b *c*` y **d**", "`a_b *c*` y *d*"),
        ("```python\nx = '**no**'\n```", "```\nx = '**no**'\n```"),
        ("```markdown\n# Hola\n```", "*Hola*"),
        ("* uno\n* dos", "- uno\n- dos"),
        ("+ uno\n+ dos", "- uno\n- dos"),
        ("3. tres\n4. cuatro", "3. tres\n4. cuatro"),
        ("- a\n  - b", "- a\n  - b"),
        ("- [ ] falta\n- [x] listo", "- falta\n- ✓ listo"),
        ("> cita\n> más", "> cita\n> más"),
        ("uno\n\n---\n\ndos", "uno\n\ndos"),
        ("uno\n---\ndos", "uno\n\ndos"),
        ("uno<br>dos<br/>tres", "uno\ndos\ntres"),
        ("<b>hola</b> <script>alert(1)</script>", "hola alert(1)"),
        ("<div>\n<!-- secreto -->hola\n</div>", "hola"),
        ("a &amp; b < c > d", "a & b < c > d"),
        ("2 * 3 * 4 = 24, snake_case_x", "2 * 3 * 4 = 24, snake_case_x"),
        ("[1]: https://a.mx", "[1]: https://a.mx"),
        ("    con sangría", "con sangría"),
        ("**dos\nlíneas**", "*dos*\n*líneas*"),
        ("", ""),
    ],
)
def test_markdown_becomes_whatsapps_marks(markdown: str, shown: str) -> None:
    assert whatsapp(markdown) == shown


def test_a_table_becomes_a_block_for_each_row() -> None:
    table = "| Modelo | Precio |\n|---|---|\n| Jetta | **$200** |\n| Vento | |"
    assert whatsapp(table) == "*Modelo:* Jetta\n*Precio:* *$200*\n\n*Modelo:* Vento"


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(whatsapp(text), str)


@given(st.lists(st.from_regex(r"[a-zñ0-9]{1,12}", fullmatch=True), max_size=40).map(" ".join))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert whatsapp(text) == text


# --- parts

SENTENCE = "Nuestra garantía cubre motor y transmisión por tres meses. "


def test_a_short_text_is_one_part() -> None:
    assert split("hola", 1600, 5) == ["hola"]
    assert split("  \n ", 1600, 5) == []


def test_paragraphs_stay_whole() -> None:
    one, two = (SENTENCE * 2).strip(), (SENTENCE * 2).strip()
    assert split(f"{one}\n\n{two}", 150, 5) == [one, two]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    parts = split(SENTENCE * 6, 150, 9)
    assert all(part.endswith(".") for part in parts)


def test_an_address_is_never_cut() -> None:
    url = "https://example.com/" + "a/b_c." * 10 + "x"
    parts = split(f"{'palabra ' * 14}{url} {'palabra ' * 14}", 120, 9)
    assert sum(url in part for part in parts) == 1


def test_a_block_of_code_is_never_cut() -> None:
    block = "```\nuno dos tres\n\ncuatro cinco\n```"
    parts = split(f"{'palabra ' * 12}\n\n{block}\n\n{'palabra ' * 12}", 110, 9)
    assert sum(block in part for part in parts) == 1


def test_a_block_longer_than_a_part_becomes_several_blocks() -> None:
    block = "```\n" + "\n".join(f"linea {n}" for n in range(40)) + "\n```"
    parts = split(block, 100, 20)
    assert all(len(part) <= 100 for part in parts)
    assert all(part.count("```") % 2 == 0 for part in parts)
    assert [word for part in parts for word in re.findall(r"linea \d+", part)] == [
        f"linea {n}" for n in range(40)
    ]


def test_too_many_parts_are_filled_to_the_brim_before_anything_is_left_out() -> None:
    text = "\n\n".join(["corto " * 9 + "fin"] * 6)
    assert len(split(text, 100, 9)) > 4
    packed = split(text, 100, 4)
    assert len(packed) == 4
    assert " ".join(packed).split() == text.split()


def test_what_does_not_fit_is_left_out_with_an_ellipsis() -> None:
    parts = split(SENTENCE * 50, 150, 2)
    assert len(parts) == 2
    assert parts[1].endswith("…")
    assert not parts[0].endswith("…")


def test_an_emoji_counts_twice() -> None:
    assert all(len(part) <= 50 for part in split("🚗" * 120, 100, 9))


words = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "So"]), min_size=1, max_size=60
)
texts = st.lists(words, min_size=1, max_size=120).flatmap(
    lambda some: st.lists(
        st.sampled_from([" ", "\n", "\n\n", ". "]), min_size=len(some), max_size=len(some)
    ).map(lambda gaps: "".join(word + gap for word, gap in zip(some, gaps, strict=True)))
)


@given(texts.filter(lambda text: "```" not in text), st.integers(80, 400))
def test_no_word_is_lost_and_no_part_is_too_long(text: str, limit: int) -> None:
    parts = split(text, limit, 10_000)
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(texts, st.integers(80, 400), st.integers(1, 5))
def test_there_are_never_more_parts_than_allowed(text: str, limit: int, most: int) -> None:
    parts = split(text, limit, most)
    assert len(parts) <= most
    assert all(len(part) <= limit for part in parts)
