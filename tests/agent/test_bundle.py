"""An agent as one file: what goes in comes out, secrets stay here, bad files are told in words."""

import pytest

from actions.bundle import Bundle, Curated, TestCase, read
from agent.errors import Invalid
from agent.spec import KnowledgeChoice, Spec

SPEC = Spec(name="Sofía", instructions="Ofrece citas.", knowledge=KnowledgeChoice(bases=("id1",)))
BUNDLE = Bundle(
    agent=SPEC,
    bases=("Rueda Clara",),
    curated=(Curated(question="¿Abren?", answer="Sí, de 9 a 6."),),
    cases=(TestCase(question="¿Garantía?", expected="tres meses", source="garantia.pdf"),),
)


def test_what_is_written_is_read_back() -> None:
    again = read(BUNDLE.to_yaml())
    assert (again.curated, again.cases, again.bases) == (BUNDLE.curated, BUNDLE.cases, BUNDLE.bases)
    assert again.spec({"Rueda Clara": "id1"}) == SPEC


def test_bases_that_are_not_here_are_left_out() -> None:
    assert read(BUNDLE.to_yaml()).spec({"Otra": "x"}).knowledge.bases == ()


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefghijklmnop1234",
        "jina_0123456789abcdef0123",
        "AC" + "0123456789abcdef" * 2,
        "EAA" + "x" * 40,
        "Bearer abcdefghij.klmnopqrst",
    ],
)
def test_no_key_leaves_in_a_file(secret: str) -> None:
    spec = SPEC.model_copy(update={"instructions": f"La clave es {secret} y ya."})
    text = BUNDLE.model_copy(update={"agent": spec}).to_yaml()
    assert secret not in text
    assert "La clave es […]" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "does not hold an agent"),
        ("just words", "does not hold an agent"),
        ("a: [", "not readable as YAML"),
        ("!!python/object/apply:os.system ['true']", "not readable as YAML"),
        ("a: &x [1]\nb: *x", "not readable as YAML"),
        ("format: agent-studio/9\nagent: {name: A}", "does not hold an agent"),
        ("format: agent-studio/1\nagent: {name: ''}", "The field agent.name"),
        ("format: agent-studio/1\nagent: {name: A, hack: 1}", "The field agent.hack"),
        ("format: agent-studio/1\nagent: {name: A}\ncases: [{question: ''}]", "cases.0.question"),
        ("x" * 2_000_001, "too large"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        read(text)
