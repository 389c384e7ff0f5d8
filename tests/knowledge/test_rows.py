"""Tables of every shape: each value stays under its names and beside its owner."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.base import Section
from knowledge.parsing.formats.grid import Across, Below, Cell, cover, filled, own
from knowledge.parsing.formats.rows import row_sections
from knowledge.parsing.loaders import read_document

CASES = Path(__file__).parents[1] / "cases"


def said(rows: Sequence[Sequence[str]]) -> list[str]:
    return [section.text for section in sections(rows)]


def sections(rows: Sequence[Sequence[str]]) -> list[Section]:
    return [one for one in row_sections(rows) if isinstance(one, Section)]


# --- spans

C = Cell


def test_a_cell_stands_in_every_place_it_covers() -> None:
    grid = filled(
        [
            [C("Sucursal", down=2), C("Precio", across=2)],
            [C("Público"), C("Mayoreo")],
            [C("Polanco", down=2), C("1"), C("2")],
            [C("Consultar", across=2)],
        ]
    )
    assert grid == [
        ["Sucursal", "Precio", "Precio"],
        ["Sucursal", "Público", "Mayoreo"],
        ["Polanco", "1", "2"],
        ["Polanco", "Consultar", "Consultar"],
    ]
    assert [own(line) for line in grid][1:] == [
        ["Público", "Mayoreo"],
        ["Polanco", "1", "2"],
        ["Consultar"],
    ]


SPANS = st.integers(-1, 70_000)


@given(st.lists(st.lists(st.builds(Cell, st.just("x"), SPANS, SPANS), max_size=4), max_size=6))
def test_whatever_a_file_claims_of_its_cells_a_grid_stays_small(rows: list[list[Cell]]) -> None:
    grid = filled(rows)
    assert len(grid) == len(rows)
    assert all(len(line) <= 4_000 * len(rows) for line in grid)
    assert sum(len(own(line)) for line in grid) == sum(map(len, rows))


def test_a_rectangle_is_covered_by_what_stands_in_its_corner() -> None:
    grid = [["a", ""], [], ["", "", "z"]]
    cover(grid, 0, 0, 1, 1)
    assert grid == [["a", "a"], ["a", "a"], ["", "", "z"]]
    assert [type(cell) for line in grid[:2] for cell in line] == [str, Across, Below, Across]


def test_the_branch_of_merged_rows_is_said_with_each() -> None:
    found = said(
        filled(
            [
                [C("Sucursal"), C("Servicio"), C("Precio")],
                [C("Polanco", down=2), C("Afinación"), C("1200")],
                [C("Frenos"), C("900")],
                [C("Roma"), C("Frenos"), C("850")],
            ]
        )
    )
    assert found[1:] == [
        "Sucursal: Polanco. Servicio: Frenos. Precio: 900.",
        "Sucursal: Roma. Servicio: Frenos. Precio: 850.",
    ]


HEADS = {
    "merged": [
        [C("Servicio", down=2), C("Precio", across=2)],
        [C("Público"), C("Socio")],
    ],
    "over all": [
        [C("Servicios", across=1), C("Precio", across=2)],
        [C(""), C("Público"), C("Socio")],
    ],
    "not merged": [[C("Servicio"), C("Precio"), C("")], [C(""), C("Público"), C("Socio")]],
    "years": [[C("Servicio", down=2), C("Precio", across=2)], [C("2025"), C("2026")]],
    "three rows": [
        [C("Servicio", down=3), C("Precio", across=2)],
        [C("Con IVA", across=2)],
        [C("Público"), C("Socio")],
    ],
}
JOINED = {
    "merged": ["Precio > Público", "Precio > Socio"],
    "over all": ["Precio > Público", "Precio > Socio"],
    "not merged": ["Precio > Público", "Precio > Socio"],
    "years": ["Precio > 2025", "Precio > 2026"],
    "three rows": ["Precio > Con IVA > Público", "Precio > Con IVA > Socio"],
}


@pytest.mark.parametrize("name", HEADS)
def test_names_in_several_rows_are_joined(name: str) -> None:
    rows = filled(
        [*HEADS[name], [C("Lavado"), C("150"), C("120")], [C("Pulido"), C("900"), C("800")]]
    )
    last = sections(rows)[-1]
    assert list((last.fields or {}).items())[1:] == list(
        zip(JOINED[name], ["900", "800"], strict=True)
    )


def test_filled_cells_that_do_not_say_so_are_known_by_their_neighbours() -> None:
    rows = [
        ["LISTA", "LISTA", "LISTA", "LISTA"],
        ["Sede", "Servicio", "Precio", "Precio"],
        ["Sede", "Servicio", "Público", "Socio"],
        ["Frenos y más", "Frenos y más", "Frenos y más", "Frenos y más"],
        ["Polanco", "Balatas", "900", "800"],
    ]
    *_, last = sections(rows)
    assert last.heading == "LISTA > Frenos y más"
    assert last.text == (
        "Sede: Polanco. Servicio: Balatas. Precio > Público: 900. Precio > Socio: 800."
    )


def test_a_title_over_the_whole_table_and_over_some_rows_is_a_heading() -> None:
    rows = filled(
        [
            [C("LISTA 2026", across=2)],
            [C("Servicio"), C("Precio")],
            [C("FRENOS", across=2)],
            [C("Balatas"), C("900")],
            [C("MOTOR", across=2)],
            [C("Afinación"), C("1200")],
        ]
    )
    assert [(one.heading, one.text) for one in sections(rows)] == [
        ("", "LISTA 2026"),
        ("LISTA 2026 > FRENOS", "Servicio: Balatas. Precio: 900."),
        ("LISTA 2026 > MOTOR", "Servicio: Afinación. Precio: 1200."),
    ]


# --- labels and values

CARDS: dict[str, list[list[str]]] = {
    "one pair a row": [
        ["Nombre", "Taller Clavel"],
        ["Teléfono", "55 8765 4321"],
        ["Horario", "8 a 19 h"],
        ["Gerente", "Lucía Rey"],
    ],
    "two pairs a row": [
        ["Nombre", "Taller Clavel", "Teléfono", "55 8765 4321"],
        ["Gerente", "Lucía Rey", "Correo", "hola@clavel.example"],
    ],
    "marked": [["Apodo:", "El Clavel"], ["Fundado por:", "Lucía Rey"], ["Lema:", "Siempre listos"]],
    "mixed": [["Apertura", "9:00"], ["Aforo", "40"], ["Portal", "www.clavel.example"]],
    "days": [["Lunes", "9 a 18"], ["Martes", "9 a 18"], ["Domingo", "cerrado"]],
    "English": [["Name", "Clover Garage"], ["Phone", "555 8765 4321"], ["Manager", "Lucy King"]],
    "Portuguese": [["Nome", "Oficina Cravo"], ["Telefone", "11 8765 4321"], ["Gerente", "Lu Rei"]],
    "apart": [["Nombre", "", "Taller Clavel"], ["Gerente", "", "Lucía Rey"]],
    "of a company": [
        ["Razón social", "Clavel SA de CV"],
        ["RFC", "CLA850101AB1"],
        ["Fundación", "1985"],
        ["Empleados", "40"],
    ],
    "sentences": [
        ["Misión", "Atender a cada persona como si fuera la única."],
        ["Visión", "Ser el taller más querido."],
    ],
    "questions": [
        ["¿Hacen envíos a toda la república o solo a algunas ciudades del centro?", "Sí, a toda"],
        ["¿Cobran?", "No"],
        ["¿Abren?", "De 9 a 18"],
    ],
    "titled": [["Contacto"], ["Correo", "hola@sol.example"], ["Ciudad", "León"]],
}


@pytest.mark.parametrize("name", CARDS)
def test_a_label_is_said_with_its_own_value(name: str) -> None:
    text = "\n".join(said(CARDS[name]))
    cells = [[cell for cell in row if cell] for row in CARDS[name]]
    pairs = [pair for row in cells for pair in zip(row[::2], row[1::2], strict=False)]
    assert pairs
    for label, value in pairs:
        assert f"{label.rstrip(':')}: {value}" in text
    assert text.count(":") - text.count("://") - sum(":" in value for _, value in pairs) == len(
        pairs
    )


TABLES: dict[str, list[list[str]]] = {
    "prices": [["Producto", "Precio"], ["Mesa", "900"], ["Silla", "500"]],
    "some without": [["Producto", "Precio"], ["Mesa", "900"], ["Silla", "consultar"]],
    "people": [["Servicio", "Responsable"], ["Frenos", "Ana"], ["Motor", "Luis"]],
    "mails": [["Persona", "Correo"], ["Ana", "ana@x.example"], ["Luis", "luis@x.example"]],
    "models": [["Marca", "Rendimiento"], ["Modelo X", "15"], ["Modelo Y", "18"]],
    "answers": [["Pregunta", "Respuesta"], ["¿Abren?", "Sí, de 9 a 18"], ["¿Cobran?", "No"]],
    "labels on top": [["Nombre", "Teléfono", "Gerente"], ["Taller Clavel", "55 87", "Lucía Rey"]],
    "long names": [
        ["Servicio", "Precio de contado con impuestos"],
        ["Frenos", "900"],
        ["Motor", "500"],
    ],
    "years": [["Plan", "2026"], ["Básico", "500"], ["Plus", "800"]],
}


@pytest.mark.parametrize("name", TABLES)
def test_names_above_are_said_with_each_value(name: str) -> None:
    head, *rows = TABLES[name]
    found = sections(TABLES[name])
    assert [one.fields for one in found] == [dict(zip(head, row, strict=True)) for row in rows]


def test_the_card_of_a_word_file_is_read_across() -> None:
    (found,) = read_document(CASES / "label-value-table" / "d_kv.docx", "d_kv.docx")
    for pair in ("Nombre: Taller Clavel", "Teléfono: 55 8765 4321", "Gerente: Lucía Rey"):
        assert pair in found.text


# --- several tables, none, and lists in cells


def test_rows_without_names_are_read_without_inventing_any() -> None:
    rows = [["Aceite 1W30", "Mobil", "189,50"], ["Aceite 5W30", "Mobil", "589,50"]]
    assert said(rows) == ["Aceite 1W30. Mobil. 189,50", "Aceite 5W30. Mobil. 589,50"]


def test_two_tables_on_a_sheet_keep_their_own_names() -> None:
    rows = [
        ["Producto", "Precio", ""],
        ["Mesa", "900", ""],
        ["", "", ""],
        ["Silla", "500", ""],
        ["", "", ""],
        ["Servicio", "Duración", "Costo"],
        ["Entrega", "2 h", "100"],
    ]
    assert said(rows) == [
        "Producto: Mesa. Precio: 900.",
        "Producto: Silla. Precio: 500.",
        "Servicio: Entrega. Duración: 2 h. Costo: 100.",
    ]


@pytest.mark.parametrize("longer", [0, 1])
def test_tables_side_by_side_keep_their_own_values(longer: int) -> None:
    rows = [
        ["Producto", "Precio", "", "Servicio", "Precio"],
        ["Mesa", "900", "", "Entrega", "100"],
        *[["Silla", "500", "", "", ""]] * longer,
    ]
    assert said(rows) == [
        "Producto: Mesa. Precio: 900.",
        *["Producto: Silla. Precio: 500."] * longer,
        "Servicio: Entrega. Precio: 100.",
    ]


def test_an_empty_column_for_looks_divides_no_row() -> None:
    rows = [["Producto", "Marca", "", "Precio", "Color"], ["Mesa", "Sol", "", "900", "rojo"]]
    assert said(rows) == ["Producto: Mesa. Marca: Sol. Precio: 900. Color: rojo."]


def test_a_label_without_a_value_stays_in_its_card() -> None:
    rows = [["Resumen"], ["Ingresos", "$500,000"], ["Gastos", "$300,000"], ["Firma:"]]
    assert said(rows) == ["Ingresos: $500,000.\nGastos: $300,000.\nFirma"]


def test_names_that_are_said_again_are_no_row() -> None:
    rows = [["Producto", "Precio"], ["Mesa", "900"], ["Producto", "Precio"], ["Silla", "500"]]
    assert said(rows) == ["Producto: Mesa. Precio: 900.", "Producto: Silla. Precio: 500."]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("• Frenos\n• Motor", "Frenos; Motor"),
        ("Frenos\nMotor", "Frenos; Motor"),
        ("1. Frenos\n2. Motor", "1. Frenos; 2. Motor"),
        ("- frenos\n- motor", "frenos; motor"),
        ("dos\nlíneas", "dos líneas"),
        ("Uno.\nDos.", "Uno. Dos."),
        ("-5 °C", "-5 °C"),
        ("a\n\nb", "a b"),
    ],
)
def test_a_list_in_a_cell_stays_readable(cell: str, shown: str) -> None:
    (found,) = sections([["Paquete", "Incluye"], ["Plus", cell]])
    assert found.fields == {"Paquete": "Plus", "Incluye": shown}


@given(st.lists(st.lists(st.text("ab1:. ", max_size=5), max_size=5), max_size=8))
def test_no_value_of_a_table_is_lost(rows: list[list[str]]) -> None:
    rows = [row for row in rows if any(map(str.strip, row))]
    text = " ".join(said([["Uno", "Dos", "Tres", "Cuatro", "Cinco"], *rows]))
    for cell in (cell for row in rows for cell in row):
        assert all(word.strip(".:") in text for word in cell.split())


def test_the_table_of_a_short_page_is_read_by_row(tmp_path: Path) -> None:
    page = (
        "<p>Precios</p><table><tr><th rowspan=2>Servicio</th><th colspan=2>Precio</th></tr>"
        "<tr><th>Público</th><th>Socio</th></tr><tr><td>Lavado</td><td>150</td><td>120</td></tr>"
        "</table>"
    )
    (tmp_path / "stored").write_text(page, encoding="utf-8")
    found = [one.text for one in read_document(tmp_path / "stored", "p.html")]
    assert found == ["Precios", "Servicio: Lavado. Precio > Público: 150. Precio > Socio: 120."]


def test_a_card_below_a_paragraph_of_a_page_is_read_across(tmp_path: Path) -> None:
    rows = "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in CARDS["one pair a row"])
    text = "Estamos cerca de usted: llame cuando quiera y pida la cita que más le convenga."
    page = f"<html><body><h1>Contacto</h1><p>{text}</p><table>{rows}</table></body></html>"
    (tmp_path / "stored").write_text(page, encoding="utf-8")
    found = "\n".join(one.text for one in read_document(tmp_path / "stored", "p.html"))
    assert text in found
    assert "Gerente: Lucía Rey." in found
