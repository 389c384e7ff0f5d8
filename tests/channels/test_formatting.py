"""What a model writes, and what a person on WhatsApp reads: 300 samples, each way out."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.chatwoot.client import harmless
from channels.formatting import whatsapp
from channels.parts import split
from channels.registry import known

SAMPLES = Path(__file__).parent / "markdown_samples.txt"
ARROW, END = "\n⇒", "\n====\n"
CHANNELS = known()


def samples() -> list[tuple[str, str, str]]:
    """(what the model wrote, what is read on WhatsApp, what Chatwoot is given)."""
    found = []
    for sample in SAMPLES.read_text(encoding="utf-8").split(END)[1:]:
        if sample:
            written, shown, *given = [part.removeprefix("\n") for part in sample.split(ARROW)]
            found.append((written, shown, given[0] if given else written.strip()))
    return found


each_sample = pytest.mark.parametrize(
    ("written", "shown", "given_to_chatwoot"), samples(), ids=lambda text: repr(text[:30])
)


def test_there_are_enough_samples_and_none_twice() -> None:
    written = [one for one, _, _ in samples()]
    assert len(written) == len(set(written)) >= 300


@each_sample
def test_every_sample_is_as_written_down_on_every_channel(
    written: str, shown: str, given_to_chatwoot: str
) -> None:
    assert CHANNELS["twilio"].marks(written, {}) == shown
    assert CHANNELS["meta"].marks(written, {}) == shown
    in_chatwoot = CHANNELS["chatwoot"].marks
    assert in_chatwoot(written, {"kind": "Channel::Whatsapp"}) == given_to_chatwoot
    assert in_chatwoot(written, {"kind": "Channel::Api"}) == harmless(shown)


@pytest.mark.parametrize("limit", [60, 1600, 4096])
def test_no_part_of_a_sample_is_too_long_or_loses_a_word(limit: int) -> None:
    for _, shown, _ in samples():
        parts = split(shown, limit, 100)
        assert all(len(part) <= limit for part in parts)
        assert words("".join(f"{part} " for part in parts)) == words(shown)


def words(text: str) -> list[str]:
    """The words of *text*, without the marks that a cut block of code gains."""
    return text.replace("```", " ").split()


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


def test_what_is_left_out_is_told_in_words() -> None:
    more = "… (Hay más.)"
    parts = split(SENTENCE * 50, 150, 2, more)
    assert parts[1].endswith(f"meses.{more}")
    assert all(len(part) <= 150 for part in parts)


def test_a_telling_that_is_longer_than_half_a_part_is_an_ellipsis() -> None:
    assert split("palabra " * 40, 80, 1, "x" * 60)[0].endswith("palabra…")


@pytest.mark.parametrize(
    "marked", ["*dos palabras juntas*", "_dos palabras_", "~dos palabras~", "*_dos palabras_*"]
)
def test_words_that_share_a_mark_stay_together(marked: str) -> None:
    text = f"{'palabra ' * 9}{marked} {'palabra ' * 9}"
    assert sum(marked in part for part in split(text, 90, 9)) == 1


def test_an_emoji_counts_twice() -> None:
    assert all(len(part) <= 50 for part in split("🚗" * 120, 100, 9))


anything = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "So"]), min_size=1, max_size=60
)
texts = st.lists(anything, min_size=1, max_size=120).flatmap(
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
