"""Workbooks as their readers see them: formats, joined and hidden cells, formulas, strict ones."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from knowledge.base import Document
from knowledge.notices import Notice
from knowledge.parsing.formats.numbers import moment_shown
from knowledge.parsing.loaders import read_document

CASES = Path(__file__).parents[1] / "cases"
ROWS = [
    ["Producto", "Precio", "Costo"],
    ["Mesa", 900, 400],
    ["Silla", 500, 200],
    ["Banco", 300, 90],
]
Change = Callable[[Worksheet], object]


def case(name: str, file: str) -> Document:
    return read_document(CASES / name / file, file)


def read(
    tmp_path: Path, *changes: Change, edit: Callable[[bytes], bytes] | None = None
) -> Document:
    """A workbook of `ROWS` after the *changes*; *edit* has a word on the XML of each part."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    for change in changes:
        change(book.active)
    path = tmp_path / "stored"
    book.save(path)
    if edit:
        rewrite(path, edit)
    return read_document(path, "precios.xlsx")


def rewrite(path: Path, edit: Callable[[bytes], bytes]) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(written, "w") as copy:
        for name in packed.namelist():
            copy.writestr(name, edit(packed.read(name)))
    path.write_bytes(written.getvalue())


def texts(document: Document) -> list[str]:
    return [section.text for section in document]


# --- the cases


def test_the_branch_of_merged_rows_is_said_with_each() -> None:
    found = texts(case("merged-cells", "x_merged.xlsx"))
    assert found[1] == "Sucursal: Polanco. Servicio: Frenos. Precio: 900."
    assert found[4] == "Sucursal: Roma. Servicio: Frenos. Precio: 850."


def test_the_branch_of_merged_rows_of_a_word_file_is_said_with_each() -> None:
    found = texts(case("merged-cells", "d_all.docx"))
    assert "Sucursal: Polanco. Servicio: Frenos. Precio: $900." in found


def test_numbers_are_said_as_their_formats_show_them() -> None:
    first, *_ = case("xlsx-number-formats", "x_formats.xlsx")
    assert first.text == (
        "Servicio: Afinación. Descuento: 15.0%. Precio: US$1,250.50. Código postal: 06700. "
        "Horario: 09:30. Vigencia: 2026-03-05. IVA: 16%."
    )


def test_formulas_without_a_result_are_a_notice_that_names_their_column() -> None:
    found = case("xlsx-formula-without-value", "x_formula.xlsx")
    assert found.notices == (Notice("formulas_without_value", 2, ("Total",)),)


def test_hidden_columns_and_rows_stay_out_and_are_counted() -> None:
    found = case("xlsx-hidden-columns", "x_hidden.xlsx")
    assert texts(found) == [
        "Producto: Llanta R15. Precio público: 1500.",
        "Producto: Llanta R17. Precio público: 2100.",
    ]
    assert found.notices == (
        Notice("hidden_rows", 1, ("4",)),
        Notice("hidden_columns", 2, ("C", "D")),
    )


def test_a_strict_workbook_is_read_as_any() -> None:
    found = texts(case("xlsx-strict", "precios-strict.xlsx"))
    assert found == ["Servicio: Afinación. Precio: 1200. Nota: con IVA."]


# --- their relatives


def _hide(kind: str, sheet: Worksheet) -> None:
    column, row = sheet.column_dimensions["C"], sheet.row_dimensions[3]
    match kind:
        case "column":
            column.hidden = True
        case "narrow column":
            column.width = 9.5
        case "folded columns":
            sheet.column_dimensions.group("C", "D", hidden=True)
        case "row":
            row.hidden = True
        case "flat row":
            row.height = 9.5
        case "filtered row":
            sheet.auto_filter.ref = "A1:C4"
            row.hidden = True
        case "folded row":
            sheet.row_dimensions.group(3, 3, hidden=True)


def _flatten(body: bytes) -> bytes:
    return body.replace(b'width="9.5"', b'width="0"').replace(b'ht="9.5"', b'ht="0"')


@pytest.mark.parametrize("kind", ["column", "narrow column", "folded columns"])
def test_a_column_hidden_in_any_way_stays_out(tmp_path: Path, kind: str) -> None:
    found = read(tmp_path, lambda sheet: _hide(kind, sheet), edit=_flatten)
    assert texts(found)[0] == "Producto: Mesa. Precio: 900."
    assert found.notices == (Notice("hidden_columns", 1, ("C",)),)


@pytest.mark.parametrize("kind", ["row", "flat row", "filtered row", "folded row"])
def test_a_row_hidden_in_any_way_stays_out(tmp_path: Path, kind: str) -> None:
    found = read(tmp_path, lambda sheet: _hide(kind, sheet), edit=_flatten)
    assert [one.fields["Producto"] for one in found if one.fields] == ["Mesa", "Banco"]
    assert found.notices == (Notice("hidden_rows", 1, ("3",)),)


WHITE = PatternFill("solid", fgColor="FFFFFFFF")
UNSEEN: dict[str, dict[str, object]] = {
    "white": {"font": Font(color="FFFFFFFF")},
    "white on white": {"font": Font(color="FFFFFF"), "fill": WHITE},
    "black on black": {
        "font": Font(color="FF000000"),
        "fill": PatternFill("solid", fgColor="FF000000"),
    },
    "tiny": {"font": Font(size=1)},
    "no format": {"number_format": ";;;"},
}


@pytest.mark.parametrize("name", UNSEEN)
def test_cells_that_nobody_can_see_stay_out(tmp_path: Path, name: str) -> None:
    def change(sheet: Worksheet) -> None:
        for what, value in UNSEEN[name].items():
            setattr(sheet["C2"], what, value)

    found = read(tmp_path, change)
    assert texts(found)[0] == "Producto: Mesa. Precio: 900."
    assert found.notices == (Notice("hidden_cells", 1, ("Costo",)),)


def test_white_on_dark_is_read(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        for cell in sheet[1]:
            cell.font, cell.fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F4E78")

    found = read(tmp_path, change)
    assert texts(found)[0] == "Producto: Mesa. Precio: 900. Costo: 400."
    assert found.notices == ()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_stays_out(tmp_path: Path, state: str) -> None:
    def change(sheet: Worksheet) -> None:
        other = sheet.parent.create_sheet("Márgenes")
        other.append(["Secreto", 1])
        other.sheet_state = state

    found = read(tmp_path, change)
    assert "Secreto" not in str(found)
    assert found.notices == (Notice("hidden_sheets", 1, ("Márgenes",)),)


def test_losses_on_several_sheets_say_on_which(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.title = "Lista"
        sheet.column_dimensions["C"].hidden = True
        sheet.parent.create_sheet("Otra").append(["Nada", "Más"])

    assert read(tmp_path, change).notices == (Notice("hidden_columns", 1, ("Lista!C",)),)


def test_errors_are_empty_and_a_notice(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["C2"], sheet["C3"] = "#N/A", "#DIV/0!"

    found = read(tmp_path, change)
    assert texts(found)[:2] == ["Producto: Mesa. Precio: 900.", "Producto: Silla. Precio: 500."]
    assert found.notices == (Notice("error_values", 2, ("Costo",)),)


def _formula(xml: str) -> Callable[[bytes], bytes]:
    cell = b'<c r="C2" t="n"><v>400</v></c>'
    return lambda body: body.replace(cell, xml.encode())


@pytest.mark.parametrize(
    ("xml", "count"),
    [
        ('<c r="C2"><f>B2/2</f></c>', 1),
        ('<c r="C2"><f>B2/2</f><v></v></c>', 1),
        ('<c r="C2"><f>B2/2</f><v>450</v></c>', 0),
        ('<c r="C2"><f>B2*0</f><v>0</v></c>', 0),
        ('<c r="C2" t="str"><f>""</f><v></v></c>', 0),
    ],
)
def test_a_formula_has_a_result_or_a_notice(tmp_path: Path, xml: str, count: int) -> None:
    def edit(body: bytes) -> bytes:
        return _formula(xml)(body).replace(b' fullCalcOnLoad="1"', b"")

    found = read(tmp_path, edit=edit)
    told = {one.code: one.count for one in found.notices}
    assert told == ({"formulas_without_value": count} if count else {})


def test_noughts_of_who_never_calculated_are_no_results(tmp_path: Path) -> None:
    found = read(tmp_path, edit=_formula('<c r="C2"><f>B2/2</f><v>0</v></c>'))
    assert texts(found)[0] == "Producto: Mesa. Precio: 900."
    assert found.notices == (Notice("formulas_without_value", 1, ("Costo",)),)


VALUES = [
    (0.5, "0%", "50%"),
    (1234.5, '#,##0.00 "€"', "1,234.50 €"),
    (7, "000", "007"),
    (datetime.time(18, 5), "h:mm AM/PM", "18:05"),
    (datetime.date(2026, 3, 5), "dd/mm/yyyy", "2026-03-05"),
    (datetime.datetime(2026, 3, 5, 9, 30), "d/m/yyyy h:mm", "2026-03-05 09:30"),
    (datetime.datetime(2026, 3, 5, 9, 30), "dd/mm/yyyy", "2026-03-05"),
    (datetime.timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
    (True, "General", "TRUE"),
    ("M", '"Talla "@', "Talla M"),
    (-1200, '"$"#,##0;("$"#,##0)', "($1,200)"),
]


@pytest.mark.parametrize(("value", "code", "shown"), VALUES)
def test_a_cell_is_said_as_its_reader_sees_it(
    tmp_path: Path, value: object, code: str, shown: str
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["C2"] = value
        sheet["C2"].number_format = code

    (first, *_) = read(tmp_path, change)
    assert (first.fields or {})["Costo"] == shown


@pytest.mark.parametrize("area", ["A2:A3", "A2:A4", "B2:C2", "A3:A4", "C2:C4"])
def test_any_merged_area_is_filled(tmp_path: Path, area: str) -> None:
    found = read(tmp_path, lambda sheet: sheet.merge_cells(area))
    left, top, right, bottom = openpyxl.utils.range_boundaries(area)
    corner = str(ROWS[top - 1][left - 1])
    rows = [list((one.fields or {}).values()) for one in found]
    for row in rows[top - 2 : bottom - 1]:
        assert row[left - 1 : right] == [corner] * (right - left + 1)


def test_names_in_two_joined_rows_are_one(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.insert_rows(1)
        sheet["A1"], sheet["B1"], sheet["A2"] = "Producto", "Importe", None
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    first, *_ = read(tmp_path, change)
    assert first.text == "Producto: Mesa. Importe > Precio: 900. Importe > Costo: 400."


def test_what_stands_beyond_the_last_column_is_counted(tmp_path: Path) -> None:
    found = read(tmp_path, lambda sheet: sheet.cell(2, 300, "lejos"))
    assert found.notices == (Notice("columns_beyond", 1),)


STRICT = (
    (rb"http://schemas.openxmlformats.org/spreadsheetml/2006/", rb"spreadsheetml/"),
    (rb"http://schemas.openxmlformats.org/officeDocument/2006/", rb"officeDocument/"),
    (rb"http://schemas.openxmlformats.org/drawingml/2006/", rb"drawingml/"),
)


def test_a_strict_workbook_keeps_formats_and_hidden_columns(tmp_path: Path) -> None:
    def edit(body: bytes) -> bytes:
        for usual, strict in STRICT:
            body = re.sub(usual, b"http://purl.oclc.org/ooxml/" + strict, body)
        return body

    def change(sheet: Worksheet) -> None:
        sheet["B2"].number_format = '"US$"0.00'
        sheet.column_dimensions["C"].hidden = True

    found = read(tmp_path, change, edit=edit)
    assert texts(found)[0] == "Producto: Mesa. Precio: US$900.00."
    assert [one.code for one in found.notices] == ["hidden_columns"]


def test_a_workbook_without_styles_is_read(tmp_path: Path) -> None:
    def edit(body: bytes) -> bytes:
        return re.sub(rb"<cellXfs.*?</cellXfs>", b"", body).replace(b'r="B2"', b'r="B2" s=""')

    assert texts(read(tmp_path, edit=edit))[0] == "Producto: Mesa. Precio: 900. Costo: 400."


# --- what rules hide, what is empty


def _rule(look: DifferentialStyle) -> Change:
    rule = Rule(type="expression", formula=["TRUE"], dxf=look)
    return lambda sheet: sheet.conditional_formatting.add("C2:C4", rule)


RULES = {
    "format": DifferentialStyle(numFmt=NumberFormat(numFmtId=170, formatCode=";;;")),
    "white": DifferentialStyle(font=Font(color="FFFFFF")),
    "white by the theme": DifferentialStyle(font=Font(color=Color(theme=0))),
    "red on red": DifferentialStyle(font=Font(color="FF0000"), fill=PatternFill(bgColor="FF0000")),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_may_hide_cells_is_a_notice(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, _rule(RULES[name]))
    assert found.notices == (Notice("cells_under_a_rule", 3, ("Costo",)),)


def test_a_rule_that_colours_cells_is_none(tmp_path: Path) -> None:
    look = DifferentialStyle(font=Font(color="FFFFFF"), fill=PatternFill(bgColor="FF0000"))
    assert read(tmp_path, _rule(look)).notices == ()


def _white_beside_a_table(sheet: Worksheet) -> None:
    sheet.add_table(Table(displayName="T1", ref="A1:C4"))
    for place in ("A1", "E2"):
        sheet[place] = sheet[place].value or "margen 30 %"
        sheet[place].font = Font(color="FFFFFF")


def test_white_is_seen_on_a_table_and_not_beside_it(tmp_path: Path) -> None:
    found = read(tmp_path, _white_beside_a_table)
    assert texts(found)[0] == "Producto: Mesa. Precio: 900. Costo: 400."
    assert found.notices == (Notice("hidden_cells", 1, ("E",)),)


def test_a_name_without_a_value_is_a_notice(tmp_path: Path) -> None:
    found = read(tmp_path, lambda sheet: sheet.__setitem__("D1", "Garantía"))
    assert found.notices == (Notice("empty_columns", 1, ("Garantía",)),)


@pytest.mark.parametrize(
    ("code", "said"),
    [("mmm-yy", "2026-03"), ("yyyy", "2026"), ("d/m/yy", "2026-03-05"), ("d mmm", "2026-03-05")],
)
def test_a_day_is_said_with_the_parts_that_its_format_shows(code: str, said: str) -> None:
    assert moment_shown(datetime.datetime(2026, 3, 5), code) == said
