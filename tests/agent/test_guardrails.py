"""What is refused before and after the model, and how citations are read."""

import pytest

from agent.citations import citations_in, without_marks
from agent.guardrails.checks import (
    MOST_REPLY_CHARACTERS,
    canary_of,
    cut,
    refusal,
    shortened,
    word_said,
)
from agent.spec import Spec
from knowledge.base import Passage

FOUND = [Passage(n, "b", "s", f"{n}.pdf", 1, "texto", 0.5, page=n) for n in (1, 2, 3)]


def test_words_are_found_without_accents_and_capitals() -> None:
    assert word_said(["quiero un ASESOR   humano."], ["asesor humano"]) == "asesor humano"
    assert word_said(["asesores humanos"], ["asesor humano"]) == ""
    assert word_said(["cualquier cosa"], ["", "  "]) == ""


def test_messages_are_cut_at_the_limit() -> None:
    assert cut(["abc", "def", "ghi"], 5) == ["abc", "de"]


@pytest.mark.parametrize(
    ("reply", "code"),
    [("", "empty_reply"), (" \n", "empty_reply"), ("La POLITICA es...", "forbidden_topic")],
)
def test_replies_that_must_not_be_sent(spec: Spec, reply: str, code: str) -> None:
    guard = spec.guard.model_copy(update={"forbidden_topics": ("política",)})
    refused = refusal(reply, spec.model_copy(update={"guard": guard}))
    assert refused is not None
    assert refused.code == code


@pytest.mark.parametrize("spelling", ["{}", "-{}-", "Z{}", "{} ", "**{}**"])
def test_the_canary_is_seen_in_disguise(spec: Spec, spelling: str) -> None:
    code = "-".join(canary_of(spec))
    refused = refusal("Mi código es " + spelling.format(code), spec)
    assert refused is not None
    assert refused.code == "prompt_leak"


def test_an_ordinary_reply_is_sent(spec: Spec) -> None:
    assert refusal("La garantía es de 3 meses.", spec) is None


def test_a_reply_is_cut_at_a_sentence() -> None:
    long = "Una frase cualquiera. " * 1_000
    assert len(shortened(long)) <= MOST_REPLY_CHARACTERS
    assert shortened(long).endswith(".…")
    assert shortened("Corta.") == "Corta."


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Son 3 meses [1].", [1]),
        ("Sí [2][1], y [2].", [2, 1]),
        ("Sí [1, 3].", [1, 3]),
        ("Sí [1-3].", [1, 2, 3]),
        ("Sí【2】.", [2]),
        ("Nada [7] [0].", []),
        ("[1](https://example.com)", []),
        ("Sin marcas (1) {2}.", []),
        ("Años [1990-2020].", []),
    ],
)
def test_citations_are_read(text: str, numbers: list[int]) -> None:
    assert [citation.n for citation in citations_in(text, FOUND)] == numbers


def test_marks_do_not_reach_the_customer() -> None:
    assert without_marks("Son 3 meses [1]. Y 7 días [2, 3].") == "Son 3 meses. Y 7 días."
    assert without_marks("Vea [1](https://example.com)") == "Vea [1](https://example.com)"
