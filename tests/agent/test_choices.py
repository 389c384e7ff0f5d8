import pytest

from agent.choices import choices


@pytest.mark.parametrize(
    ("shown", "titles"),
    [
        ("¿Cuál prefiere?\n\n- SUV\n- Sedán", ["SUV", "Sedán"]),
        ("Tenemos dos:\n\n1. SUV\n2. Sedán\n\n¿Cuál prefiere?", ["SUV", "Sedán"]),
        ("¿Qué día?\n- *Lunes*\n- _Martes_\n- `Jueves`", ["Lunes", "Martes", "Jueves"]),
        ("¿Cuál?\n* SUV\n* Sedán", ["SUV", "Sedán"]),
        ("¿Cuál?\n\n" + "\n".join(f"- Opción {n}" for n in range(10)), None),
    ],
)
def test_a_short_list_beside_a_question_is_a_choice(shown: str, titles: list[str] | None) -> None:
    found = [one["title"] for one in choices(shown)]
    assert found == titles if titles else len(found) == 10
    assert len({one["id"] for one in choices(shown)}) == len(found)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Abrimos a las 9.",
        "Documentos:\n\n- INE\n- RFC",  # nothing is asked
        "¿Cuál?\n\n- SUV",  # one is no choice
        "¿Cuál?\n\n- SUV\n- suv",
        "¿Cuál?\n\n- SUV\n\nO bien:\n\n- Sedán",  # two lists
        "¿Cuál?\n\n- SUV\n- Sedán\n\nAbrimos a las 9.\n\nGracias.",
        "¿Cuál?\n\n- SUV\n- Una opción que no cabe en ningún botón",
        "¿Cuál?\n\n" + "\n".join(f"- Opción {n}" for n in range(11)),
        "¿Cuál?\n\nTexto entre medio.\n\n- SUV\n- Sedán",
    ],
)
def test_anything_else_is_only_text(shown: str) -> None:
    assert list(choices(shown)) == []
