"""A PDF is read as people do: rows across, columns down, what was filled in, nothing hidden."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject
from reportlab.lib.colors import black, navy, white
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate
from reportlab.platypus import Table as PrintedTable

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import pdf
from knowledge.parsing.formats.pdf_lines import _add
from knowledge.parsing.formats.running import Line
from knowledge.parsing.loaders import read_document
from tests.knowledge import hostile

CASES = Path(__file__).parents[1] / "cases"
Draw = Callable[[Canvas], object]


def _read(folder: Path, *pages: Draw) -> tuple[list[Section], list[Notice]]:
    path = folder / "stored"
    paper = Canvas(str(path))
    for draw in pages:
        draw(paper)
        paper.showPage()
    paper.save()
    return _parted(path)


def _parted(path: Path) -> tuple[list[Section], list[Notice]]:
    found = list(pdf.read(path))
    sections = [one for one in found if isinstance(one, Section)]
    return sections, [one for one in found if isinstance(one, Notice)]


def _said(sections: list[Section], page: int) -> list[str]:
    """The page's lines, its heading first."""
    there = [one for one in sections if one.page == page]
    heads = dict.fromkeys(one.heading for one in there if one.heading)
    return [*heads, *(line for one in there for line in one.text.splitlines())]


def _lines(*texts: str, top: float = 700, pitch: float = 20) -> Draw:
    def draw(paper: Canvas) -> None:
        for at, text in enumerate(texts):
            paper.drawString(72, top - pitch * at, text)

    return draw


def _at(*texts: tuple[float, float, str]) -> Draw:
    def draw(paper: Canvas) -> None:
        for x, y, text in texts:
            paper.drawString(x, y, text)

    return draw


@pytest.mark.parametrize("name", ["f_table.pdf", "f_colwise.pdf"])
def test_a_row_of_a_table_is_one_line_in_whatever_order_it_was_written(name: str) -> None:
    found = read_document(CASES / "pdf-rows" / name, name)
    assert "Roma Lavado $150" in [line for one in found for line in one.text.splitlines()]


def test_what_was_filled_in_stands_beside_its_label() -> None:
    found = read_document(CASES / "pdf-form-values" / "f_form.pdf", "f_form.pdf")
    assert found[0].text.splitlines() == [
        "Taller: Taller Clavel",
        "Horario: lunes a sábado de 8 a 19 h",
        "Teléfono: 55 8765 4321",
    ]


def test_a_catalogue_keeps_what_differs_from_page_to_page() -> None:
    found = read_document(CASES / "pdf-running-lines" / "f_catalog.pdf", "f_catalog.pdf")
    said = _said(found, 3)
    for line in ("Modelo 103", "Garantía: 12 meses", "Precio: $18,200"):
        assert line in " ".join(said)


CELLS = st.lists(
    st.lists(st.text("abcñ0123456789$", min_size=1, max_size=9), min_size=3, max_size=3),
    min_size=2,
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(CELLS, st.randoms(use_true_random=False))
def test_tables_are_read_across(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], chance: object
) -> None:
    placed = [
        (72 + 150 * column, 700 - 20 * row, cell)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]
    chance.shuffle(placed)  # type: ignore[attr-defined]
    end = (72, 100, "Esta es la última línea de la página y no dice nada.")
    sections, _ = _read(tmp_path_factory.mktemp("p"), _at(*placed, end))
    said = _said(sections, 1)
    assert sorted(said[:-1]) == sorted(" ".join(cells) for cells in rows)


PROSE = [f"Esta es la línea número {at} de la columna {{}} del texto" for at in range(12)]


@pytest.mark.parametrize(("in_turn", "shift"), [(False, 0), (True, 0), (False, 7)])
def test_columns_of_prose_are_read_down(tmp_path: Path, in_turn: bool, shift: int) -> None:
    left = [(40, 700 - 14 * at, one.format(1)) for at, one in enumerate(PROSE)]
    right = [(330, 700 - shift - 14 * at, one.format(2)) for at, one in enumerate(PROSE)]
    turns = [one for pair in zip(left, right, strict=True) for one in pair]
    sections, _ = _read(tmp_path, _at(*(turns if in_turn else [*left, *right])))
    said = " ".join(_said(sections, 1))
    assert said == " ".join(text for _, _, text in [*left, *right])


@pytest.mark.parametrize(
    "foot",
    ["Página {} de 4", "Page {} of 4", "Pág. {}", "- {} -", "{} / 4", "p. {}", "{}"],
)
def test_page_numbers_go_and_nothing_else(tmp_path: Path, foot: str) -> None:
    pages = [
        _lines(f"Modelo {100 + at}", "Es un auto rojo.", f"Cuesta ${at},200.", foot.format(at))
        for at in range(1, 5)
    ]
    sections, _ = _read(tmp_path, *pages)
    for at in range(1, 5):
        said = [f"Modelo {100 + at}", "Es un auto rojo.", f"Cuesta ${at},200."]
        assert _said(sections, at) == said


def test_a_head_that_stands_apart_is_kept_once(tmp_path: Path) -> None:
    def page(at: int) -> Draw:
        def draw(paper: Canvas) -> None:
            paper.drawString(72, 800, "Catálogo del taller.")
            _lines(f"Modelo {at} con todo.", f"Otra cosa {at} dicha.", f"Fin {at}.")(paper)
            paper.drawString(72, 30, "Precios con IVA.")

        return draw

    sections, _ = _read(tmp_path, *map(page, (1, 2, 3)))
    text = "\n".join(line for at in (1, 2, 3) for line in _said(sections, at))
    assert text.count("Catálogo del taller.") == text.count("Precios con IVA.") == 1
    assert all(f"Modelo {at} con todo." in text for at in (1, 2, 3))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(100, 99_999), min_size=2, max_size=6, unique=True), st.integers(0, 3))
def test_no_figure_of_a_catalogue_is_lost(
    tmp_path_factory: pytest.TempPathFactory, prices: list[int], place: int
) -> None:
    def page(price: int) -> Draw:
        lines = ["Ficha de producto", "Color rojo", "Con garantía"]
        lines.insert(place, f"Precio: ${price}")
        return _lines(*lines)

    sections, _ = _read(tmp_path_factory.mktemp("p"), *map(page, prices))
    for at, price in enumerate(prices, start=1):
        assert f"Precio: ${price}" in " ".join(_said(sections, at))


def _form(*fields: Draw) -> Draw:
    def draw(paper: Canvas) -> None:
        paper.drawString(72, 760, "Esta es una solicitud de servicio.")
        for field in fields:
            field(paper)

    return draw


def _text(paper: Canvas, **given: object) -> None:
    paper.acroForm.textfield(width=200, height=18, **given)


SHOPS = [("Roma", "ro"), ("Centro", "ce")]
FILLED: dict[str, tuple[Draw, str]] = {
    "a text": (
        lambda p: (
            p.drawString(72, 690, "Correo:"),
            _text(p, name="c", value="a@b.mx", x=150, y=685),
        ),
        "Correo: a@b.mx",
    ),
    "a text below its label": (
        lambda p: (
            p.drawString(72, 700, "Dirección"),
            _text(p, name="d", value="Av. Juárez 5", x=72, y=675),
        ),
        "Dirección Av. Juárez 5",
    ),
    "a text without a label": (
        lambda p: _text(p, name="placas", tooltip="Placas", value="ABC123", x=300, y=400),
        "Placas: ABC123",
    ),
    "a ticked box": (
        lambda p: (
            p.acroForm.checkbox(name="f", checked=True, x=72, y=600, size=14),
            p.drawString(95, 603, "Requiere factura"),
        ),
        "☑ Requiere factura",
    ),
    "a box that is not ticked": (
        lambda p: (
            p.acroForm.checkbox(name="f", checked=False, x=72, y=600, size=14),
            p.drawString(95, 603, "Requiere factura"),
        ),
        "☐ Requiere factura",
    ),
    "a choice": (
        lambda p: (
            p.drawString(72, 650, "Sucursal:"),
            p.acroForm.choice(
                name="s", value="ro", options=SHOPS, x=150, y=645, width=100, height=18
            ),
        ),
        "Sucursal: Roma",
    ),
}  # each draws and says


@pytest.mark.parametrize("kind", FILLED)
def test_each_kind_of_field_is_read_with_its_label(tmp_path: Path, kind: str) -> None:
    draw, expected = FILLED[kind]
    sections, _ = _read(tmp_path, _form(draw))
    assert expected in _said(sections, 1)


def test_a_password_that_was_filled_in_is_not_read(tmp_path: Path) -> None:
    def draw(paper: Canvas) -> None:
        _text(paper, name="k", value="secreto", x=72, y=600, fieldFlags="password")

    sections, _ = _read(tmp_path, _form(draw))
    assert "secreto" not in " ".join(_said(sections, 1))


def _seen(paper: Canvas) -> None:
    paper.drawString(72, 700, "Esto se ve.")


def _white_on(colour: object, paper: Canvas) -> None:
    paper.setFillColor(colour)
    paper.rect(60, 640, 300, 40, fill=1, stroke=0)
    paper.setFillColor(white)
    paper.drawString(72, 650, "texto blanco")
    paper.setFillColor(black)


def _mode(mode: int, paper: Canvas) -> None:
    text = paper.beginText(72, 650)
    text.setTextRenderMode(mode)
    text.textOut("texto invisible")
    paper.drawText(text)


def _clipped(paper: Canvas) -> None:
    paper.saveState()
    path = paper.beginPath()
    path.rect(0, 0, 5, 5)
    paper.clipPath(path, stroke=0)
    paper.drawString(300, 500, "texto cortado")
    paper.restoreState()


def _tiny(paper: Canvas) -> None:
    paper.setFont("Helvetica", 0.5)
    paper.drawString(72, 650, "texto diminuto")


def _grey(paper: Canvas) -> None:
    paper.setFillGray(1)
    paper.drawString(72, 650, "texto blanco")


UNSEEN: dict[str, Draw] = {
    "white": lambda p: _white_on(white, p),
    "white by its grey": _grey,
    "tiny": _tiny,
    "invisible": lambda p: _mode(3, p),
    "left of the page": lambda p: p.drawString(-500, 400, "texto fuera"),
    "above the page": lambda p: p.drawString(72, 2_000, "texto fuera"),
    "clipped away": _clipped,
}


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_nobody_sees_stays_out_with_a_notice(tmp_path: Path, kind: str) -> None:
    sections, notices = _read(tmp_path, lambda p: (_seen(p), UNSEEN[kind](p)))
    assert _said(sections, 1) == ["Esto se ve."]
    assert notices == [Notice("hidden_text", 1, ("p. 1",))]


def test_white_words_on_a_dark_ground_are_seen(tmp_path: Path) -> None:
    sections, notices = _read(tmp_path, lambda p: (_seen(p), _white_on(navy, p)))
    assert _said(sections, 1) == ["Esto se ve.", "texto blanco"]
    assert notices == []


def test_what_a_scanner_recognised_is_read(tmp_path: Path) -> None:
    def draw(paper: Canvas) -> None:
        _mode(3, paper)
        paper.drawImage(ImageReader(Image.new("L", (40, 40), 128)), 0, 0, 600, 800)

    sections, notices = _read(tmp_path, draw)
    assert (_said(sections, 1), notices) == (["texto invisible"], [])


def test_a_font_that_names_no_letters_is_a_notice(tmp_path: Path) -> None:
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts "
        b"[<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (Identity) /Supplement 0 >> >>] >>"
    )
    content = hostile._stream(b"BT /F 12 Tf 9 50 Td <0024002500260027002800290030> Tj ET")
    page = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 99 99] /Resources "
    path = tmp_path / "stored"
    path.write_bytes(
        hostile._pdf(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page + b"<< /Font << /F 5 0 R >> >> >>",
            content,
            font,
        )
    )
    assert _parted(path)[1] == [Notice("garbled_pages", 1, ("p. 1",))]


@pytest.mark.parametrize("filled", [True, False])
def test_a_form_that_only_one_program_shows_is_a_notice(tmp_path: Path, filled: bool) -> None:
    def draw(paper: Canvas) -> None:
        paper.drawString(72, 700, "Por favor espere")
        if filled:
            paper.acroForm.textfield(name="nombre", value="Ana", x=72, y=600)

    _read(tmp_path, draw)
    writer = PdfWriter(clone_from=tmp_path / "stored")
    form = writer.root_object.setdefault(NameObject("/AcroForm"), DictionaryObject())
    form.get_object()[NameObject("/XFA")] = ArrayObject()
    writer.write(tmp_path / "stored")
    _, notices = _parted(tmp_path / "stored")
    assert notices == ([] if filled else [Notice("form_without_values")])


WRAPPED = [
    ["Servicio", "Incluye", "Precio"],
    ["Afinación", "Cambio de aceite, filtros de aire y de gasolina, bujías y lavado", "$2,400"],
    ["Frenos", "Balatas delanteras, rectificado de discos y revisión general", "$1,900"],
    ["Lavado", "Por fuera", "$150"],
]


@pytest.mark.parametrize("align", ["TOP", "MIDDLE", "BOTTOM"])
@pytest.mark.parametrize("wide", [70, 110, 160])
def test_a_cell_of_several_lines_stays_in_its_row(tmp_path: Path, align: str, wide: int) -> None:
    style = getSampleStyleSheet()["Normal"]
    cells = [[Paragraph(cell, style) for cell in row] for row in WRAPPED]
    table = PrintedTable(
        cells, colWidths=[90, wide, 60], style=[("VALIGN", (0, 0), (-1, -1), align)]
    )
    path = tmp_path / "stored"
    SimpleDocTemplate(str(path)).build([Paragraph("Precios con impuestos", style), table])
    sections, _ = _parted(path)
    said = "\n".join(f"{one.heading}\n{one.text}" for one in sections)
    for row in WRAPPED:
        assert " ".join(row) in said


def test_each_of_several_buttons_keeps_its_own_label(tmp_path: Path) -> None:
    def draw(paper: Canvas) -> None:
        paper.drawString(72, 490, "Pago:")
        for at, name in enumerate(["Efectivo", "Tarjeta", "Vale"]):
            paper.acroForm.radio(
                name="pago", value=name, selected=at == 1, x=150 + at * 100, y=486, size=14
            )
            paper.drawString(170 + at * 100, 490, name)

    sections, _ = _read(tmp_path, draw)
    assert _said(sections, 1)[-1] == "Pago: ☐ Efectivo ☑ Tarjeta ☐ Vale"


def test_letters_that_are_drawn_as_one_are_several(tmp_path: Path) -> None:
    lines: list[Line] = []
    _add(lines, [Line("", 0, 0)], "A\ufb01nación, e\ufb03caz y \ufb02ete\n")
    assert [one.text for one in lines] == ["Afinación, efficaz y flete"]


def test_lines_that_are_indented_below_the_first_stay_lines(tmp_path: Path) -> None:
    said = ["Se aceptan:", "(1) efectivo", "(2) tarjeta", "(3) vales"]

    def draw(paper: Canvas) -> None:
        for at, line in enumerate(said):
            paper.drawString(72 + 20 * bool(at), 700 - 14 * at, line)

    sections, _ = _read(tmp_path, draw)
    assert _said(sections, 1) == said
