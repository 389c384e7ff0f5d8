"""Slides are read from top to bottom, with their tables and charts, without what is hidden."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pptx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.util import Inches

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import slides
from knowledge.parsing.loaders import read_document
from tests.knowledge import parts
from tests.knowledge.parts import chart, diagram, graphic, shape

CASES = Path(__file__).parents[1] / "cases"
TITLE = '<p:ph type="title"/>'


def _read(folder: Path, body: bytes) -> tuple[list[Section], list[Notice]]:
    path = folder / "stored"
    path.write_bytes(body)
    found = list(slides.read(path))
    sections = [one for one in found if isinstance(one, Section)]
    return sections, [one for one in found if isinstance(one, Notice)]


def _lines(folder: Path, *shapes: str, **parted: str) -> list[str]:
    sections, _ = _read(folder, parts.deck(*shapes, **parted))
    return [line for one in sections for line in one.text.splitlines()]


def _frame(inside: str) -> str:
    name = '<p:nvGraphicFramePr><p:cNvPr id="4" name=""/></p:nvGraphicFramePr>'
    return f"<p:graphicFrame>{name}{graphic(inside)}</p:graphicFrame>"


def test_a_shape_without_a_form_is_read_where_it_stands() -> None:
    path = CASES / "pptx-unknown-shape" / "p_emptyshape.pptx"
    first, *_ = read_document(path, path.name)
    assert (first.page, first.heading) == (1, "Garantías")
    assert first.text.splitlines() == ["Motor: 12 meses", "Caja: 6 meses", "Frenos: 3 meses"]


UNKNOWN = {
    "an empty form": shape("visto"),
    "no properties at all": (
        "<p:sp><p:txBody><a:p><a:r><a:t>visto</a:t></a:r></a:p></p:txBody></p:sp>"
    ),
    "no body": "<p:sp/>" + shape("visto"),
    "ink": '<p:contentPart r:id="none"/>' + shape("visto"),
    "two forms": (
        f"<mc:AlternateContent><mc:Choice>{shape('visto')}</mc:Choice><mc:Fallback>{shape('visto')}"
        "</mc:Fallback></mc:AlternateContent>"
    ),
    "only a form for older programs": (
        f'<mc:AlternateContent><mc:Choice><p:contentPart r:id="x"/></mc:Choice><mc:Fallback>'
        f"{shape('visto')}</mc:Fallback></mc:AlternateContent>"
    ),
    "a group in a group": f"<p:grpSp><p:grpSp>{shape('visto')}</p:grpSp></p:grpSp>",
    "a frame of nobody knows what": _frame("<x/>") + shape("visto"),
    "an element of later years": (
        "<p:newer><p:txBody><a:p><a:r><a:t>visto</a:t></a:r></a:p></p:txBody></p:newer>"
    ),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_is_not_known_does_not_keep_the_rest_from_being_read(
    tmp_path: Path, kind: str
) -> None:
    sections, notices = _read(tmp_path, parts.deck(shape("Antes") + UNKNOWN[kind]))
    assert [one.text for one in sections] == ["Antes\nvisto"]
    lost = kind in ("ink", "a frame of nobody knows what")
    assert notices == ([Notice("unknown_shapes", 1, ("p. 1",))] if lost else [])


@settings(max_examples=30, deadline=None)
@given(st.permutations([(1, 1), (1, 5), (2, 3), (4, 1), (4, 2), (9, 9)]))
def test_shapes_are_read_from_top_to_bottom_then_from_left_to_right(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, int]]
) -> None:
    body = "".join(shape(f"{top} {left}", place=(top, left)) for top, left in places)
    assert _lines(tmp_path_factory.mktemp("p"), body) == ["1 1", "1 5", "2 3", "4 1", "4 2", "9 9"]


def test_a_hidden_slide_stays_out_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    deck = parts.deck(shape("uno"), shape("oculto"), shape("tres"), show=(True, False, True))
    sections, notices = _read(tmp_path, deck)
    assert [(one.page, one.text) for one in sections] == [(1, "uno"), (3, "tres")]
    assert notices == [Notice("hidden_slides", 1, ("p. 2",))]


HIDDEN = {
    "switched off": shape("oculto", more='hidden="1"'),
    "right of the slide": shape("oculto", place=(0, 9_200_000)),
    "below the slide": shape("oculto", place=(7_000_000, 0)),
    "above the slide": shape("oculto", place=(-4_000, 0)),
    "a group switched off": (
        '<p:grpSp><p:nvGrpSpPr><p:cNvPr id="2" name="" hidden="true"/></p:nvGrpSpPr>'
        f"{shape('oculto')}</p:grpSp>"
    ),
    "tiny": shape("oculto").replace("<a:r>", '<a:r><a:rPr sz="100"/>'),
    "without a fill": shape("oculto").replace("<a:r>", "<a:r><a:rPr><a:noFill/></a:rPr>"),
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_what_is_hidden_on_a_slide_stays_out_with_a_notice(tmp_path: Path, kind: str) -> None:
    sections, notices = _read(tmp_path, parts.deck(shape("Visible") + HIDDEN[kind]))
    assert [one.text for one in sections] == ["Visible"]
    assert notices == [Notice("hidden_text", 1)]


def test_tables_fill_what_their_cells_cover(tmp_path: Path) -> None:
    def row(*cells: tuple[str, str]) -> str:
        said = (
            f"<a:tc {how}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"
            for text, how in cells
        )
        return f"<a:tr>{''.join(said)}</a:tr>"

    rows = [
        row(("Sucursal", ""), ("Servicio", ""), ("Precio", "")),
        row(("Polanco", 'rowSpan="2"'), ("Frenos", ""), ("900", "")),
        row(("", 'vMerge="1"'), ("Lavado", ""), ("150", "")),
        row(("Roma", ""), ("cerrado", 'gridSpan="2"'), ("", 'hMerge="1"')),
    ]
    assert _lines(tmp_path, _frame(f"<a:tbl>{''.join(rows)}</a:tbl>")) == [
        "Sucursal: Polanco. Servicio: Frenos. Precio: 900.",
        "Sucursal: Polanco. Servicio: Lavado. Precio: 150.",
        "Sucursal: Roma. Servicio: cerrado. Precio: cerrado.",
    ]


def test_charts_and_diagrams_are_read(tmp_path: Path) -> None:
    body = _frame('<c:chart r:id="chart"/>') + _frame('<dgm:relIds r:dm="diagramData"/>')
    drawn = chart("Ventas", ["Enero", "Febrero"], Autos=[3, 5])
    found = _lines(tmp_path, body, chart=drawn, diagramData=diagram("Pedir", "Pagar"))
    assert found == [
        "Ventas",
        "Categoría: Enero. Autos: 3.",
        "Categoría: Febrero. Autos: 5.",
        "Pedir",
        "Pagar",
    ]


def test_numbered_lists_have_their_numbers(tmp_path: Path) -> None:
    auto = '<a:pPr><a:buAutoNum type="arabicPeriod" startAt="3"/></a:pPr>'
    body = shape("tres", "cuatro").replace("<a:p>", f"<a:p>{auto}")
    assert _lines(tmp_path, body) == ["3. tres", "4. cuatro"]


def test_a_foot_that_every_slide_has_is_read_once_and_its_number_never(tmp_path: Path) -> None:
    foot = shape("Taller Clavel", ph='<p:ph type="ftr"/>')
    number = shape("7", ph='<p:ph type="sldNum"/>')
    found = _lines(tmp_path, *(shape(f"hoja {at}") + foot + number for at in (1, 2, 3)))
    assert found == ["hoja 1", "Taller Clavel", "hoja 2", "hoja 3"]


def test_the_title_comes_first_wherever_it_stands(tmp_path: Path) -> None:
    body = shape("Texto", place=(1, 1)) + shape("Garantía", place=(9, 9), ph=TITLE)
    (found,), _ = _read(tmp_path, parts.deck(body))
    assert (found.heading, found.text) == ("Garantía", "Texto")


def test_the_notes_of_a_slide_are_read_below_it(tmp_path: Path) -> None:
    said = shape("Tres meses", ph='<p:ph type="body"/>') + shape("7", ph='<p:ph type="sldNum"/>')
    notes = f"<p:notes><p:cSld><p:spTree>{said}</p:spTree></p:cSld></p:notes>"
    body = shape("Garantía", ph=TITLE) + shape("Todo")
    sections, _ = _read(tmp_path, parts.deck(body, notesSlide=notes))
    assert [(one.heading, one.text) for one in sections] == [
        ("Garantía", "Todo"),
        ("Garantía > Notes:", "Tres meses"),
    ]


# --- colours

WHITE, BLACK, BLUE = RGBColor(255, 255, 255), RGBColor(0, 0, 0), RGBColor(0, 0, 128)
Paint = Callable[[Any], object]


def _written(slide: Any, ink: RGBColor | MSO_THEME_COLOR, paper: RGBColor | None = None) -> Any:
    """A box with a word in this colour."""
    box = slide.shapes.add_textbox(Inches(2), Inches(2), Inches(4), Inches(1))
    if paper is not None:
        box.fill.solid()
        box.fill.fore_color.rgb = paper
    run = box.text_frame.paragraphs[0].add_run()
    run.text = "oculto"
    if isinstance(ink, RGBColor):
        run.font.color.rgb = ink
    else:
        run.font.color.theme_color = ink
    return box


def _dark(slide: Any) -> None:
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = BLACK


def _band(slide: Any) -> None:
    band = slide.shapes.add_shape(1, Inches(1), Inches(1), Inches(6), Inches(3))
    band.fill.solid()
    band.fill.fore_color.rgb = BLUE


def _cell(slide: Any) -> Any:
    grid = slide.shapes.add_table(1, 1, Inches(2), Inches(2), Inches(4), Inches(1)).table
    grid.cell(0, 0).fill.solid()
    grid.cell(0, 0).fill.fore_color.rgb = BLUE
    run = grid.cell(0, 0).text_frame.paragraphs[0].add_run()
    run.text = "oculto"
    return run.font.color


UNSEEN: dict[str, Paint] = {
    "white on the page": lambda slide: _written(slide, WHITE),
    "white by the theme": lambda slide: _written(slide, MSO_THEME_COLOR.BACKGROUND_1),
    "blue on a blue box": lambda slide: _written(slide, BLUE, BLUE),
    "black on a dark page": lambda slide: (_dark(slide), _written(slide, BLACK)),
    "blue in a blue cell": lambda slide: setattr(_cell(slide), "rgb", BLUE),
}
VISIBLE: dict[str, Paint] = {
    "white on a blue box": lambda slide: _written(slide, WHITE, BLUE),
    "white on a dark page": lambda slide: (_dark(slide), _written(slide, WHITE)),
    "white on a band": lambda slide: (_band(slide), _written(slide, WHITE)),
    "white in a blue cell": lambda slide: setattr(_cell(slide), "rgb", WHITE),
    "black on white": lambda slide: _written(slide, BLACK),
}


def _painted(folder: Path, paint: Paint) -> tuple[str, list[Notice]]:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Precios"
    paint(slide)
    deck.save(folder / "stored")
    found = list(slides.read(folder / "stored"))
    words = " ".join(one.text for one in found if isinstance(one, Section))
    return words, [one for one in found if isinstance(one, Notice)]


@pytest.mark.parametrize("kind", UNSEEN)
def test_words_in_the_colour_of_what_is_behind_stay_out(tmp_path: Path, kind: str) -> None:
    words, notices = _painted(tmp_path, UNSEEN[kind])
    assert "oculto" not in words
    assert notices == [Notice("hidden_text", 1)]


@pytest.mark.parametrize("kind", VISIBLE)
def test_words_on_another_colour_are_read(tmp_path: Path, kind: str) -> None:
    words, notices = _painted(tmp_path, VISIBLE[kind])
    assert "oculto" in words
    assert notices == []


@pytest.mark.parametrize("said", ["", "image.png", "captura_2.JPEG"])
@pytest.mark.parametrize("inches", [4, 0.5])
def test_a_picture_that_says_nothing_in_words_is_a_notice(
    tmp_path: Path, said: str, inches: float
) -> None:
    def paint(slide: Any) -> None:
        file = io.BytesIO()
        Image.new("RGB", (90, 90)).save(file, "PNG")
        picture = slide.shapes.add_picture(file, 0, 0, Inches(inches), Inches(inches))
        picture._element.nvPicPr.cNvPr.set("descr", said)

    words, notices = _painted(tmp_path, paint)
    assert words == "Precios"
    assert notices == ([Notice("pictures", 1, ("p. 1",))] if inches > 1 else [])
