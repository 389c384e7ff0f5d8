"""A Word file is read as people see it: changes accepted, lists counted, nothing hidden."""

import io
from pathlib import Path

import docx
import pytest
from docx.shared import Inches
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from knowledge.base import Document
from knowledge.notices import Notice
from knowledge.parsing.formats import word
from knowledge.parsing.loaders import read_document
from tests.knowledge import parts
from tests.knowledge.parts import cell, chart, diagram, graphic, paragraph, run, table

CASES = Path(__file__).parents[1] / "cases"
WORDS = st.text("abcdeñü ", min_size=1, max_size=12).map(str.strip).filter(bool)


def _read(tmp_path: Path, body: bytes) -> Document:
    path = tmp_path / "stored"
    path.write_bytes(body)
    return Document(one for one in word.read(path) if not isinstance(one, Notice))


def _lines(tmp_path: Path, *arguments: str, **parted: str) -> list[str]:
    found = _read(tmp_path, parts.word(*arguments, **parted))
    return [line for one in found for line in one.text.splitlines() if line]


def _notices(tmp_path: Path, body: bytes) -> list[Notice]:
    path = tmp_path / "stored"
    path.write_bytes(body)
    return [one for one in word.read(path) if isinstance(one, Notice)]


def test_nothing_of_a_changed_document_is_lost() -> None:
    found = read_document(CASES / "docx-lost-text" / "d_all.docx", "d_all.docx")
    text = "\n".join(one.text for one in found)
    for line in (
        "La penalización es de diez por ciento.",
        "Texto movido nuevo lugar.",
        "Precio campo 777 pesos",
        "Taller Clavel, tel. 55 8765 4321",
        "Atención de lunes a sábado de 8 a 19 h",
        "3. Penas convencionales",
        "4. Jurisdicción",
        "Texto en control de contenido 555.",
    ):
        assert text.count(line) == 1
    assert not any(gone in text for gone in ("margen", "veinte", "viejo lugar"))
    assert found.notices == (Notice("hidden_text", 2),)


def test_a_cell_that_goes_on_downwards_is_in_every_row_it_covers() -> None:
    found = read_document(CASES / "docx-lost-text" / "d_all.docx", "d_all.docx")
    assert [one.text for one in found if one.row] == [
        "Sucursal: Polanco. Servicio: Afinación. Precio: $1,200.",
        "Sucursal: Polanco. Servicio: Frenos. Precio: $900.",
        "Sucursal: Roma. Servicio: Lavado. Precio: $150.",
    ]


SEEN = {
    "inserted": f'<w:ins w:id="1">{run("visto")}</w:ins>',
    "moved here": f'<w:moveTo w:id="1">{run("visto")}</w:moveTo>',
    "a field's result": f'<w:fldSimple w:instr="DATE">{run("visto")}</w:fldSimple>',
    "a link": f"<w:hyperlink>{run('visto')}</w:hyperlink>",
    "a control": f"<w:sdt><w:sdtContent>{run('visto')}</w:sdtContent></w:sdt>",
    "a control in a control": (
        f"<w:sdt><w:sdtContent><w:sdt><w:sdtContent>{run('visto')}</w:sdtContent></w:sdt>"
        "</w:sdtContent></w:sdt>"
    ),
    "a smart tag in an insertion": f"<w:ins><w:smartTag>{run('visto')}</w:smartTag></w:ins>",
    "custom markup": f"<w:customXml>{run('visto')}</w:customXml>",
    "a long field": (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF 1=1</w:instrText></w:r>'
        f'{run("oculto")}<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("visto")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    ),
    "white on black": run("visto", '<w:color w:val="FFFFFF"/><w:shd w:fill="000000"/>'),
    "white on a marker": run("visto", '<w:color w:val="FFFFFF"/><w:highlight w:val="blue"/>'),
    "no longer hidden": run("visto", '<w:vanish w:val="0"/>'),
    "small": run("visto", '<w:sz w:val="12"/>'),
    "a text box in two forms": (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>{paragraph('visto')}"
        "</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>"
        f"{paragraph('visto')}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    ),
    "a text box in a group": (
        "<w:r><w:drawing><a:graphic><a:graphicData><w:wgp><w:wsp><w:txbx><w:txbxContent>"
        f"{paragraph('visto')}</w:txbxContent></w:txbx></w:wsp></w:wgp></a:graphicData></a:graphic>"
        "</w:drawing></w:r>"
    ),
    "what a picture says of itself": (
        '<w:r><w:drawing><w:inline><w:docPr descr="visto"/><a:graphic><a:graphicData><w:pic/>'
        "</a:graphicData></a:graphic></w:inline></w:drawing></w:r>"
    ),
    "a note": '<w:r><w:footnoteReference w:id="2"/></w:r>',
}
UNSEEN = {
    "hidden": run("oculto", "<w:vanish/>"),
    "deleted": f"<w:del>{run('oculto')}</w:del>",
    "moved away": f"<w:moveFrom>{run('oculto')}</w:moveFrom>",
    "deleted after an insertion": f"<w:ins><w:del>{run('oculto')}</w:del></w:ins>",
    "hidden by style": run("oculto", '<w:rStyle w:val="Secreto"/>'),
    "hidden by the style of its style": run("oculto", '<w:rStyle w:val="Hijo"/>'),
    "white": run("oculto", '<w:color w:val="FFFFFF"/>'),
    "nearly white": run("oculto", '<w:color w:val="FEFEFE"/>'),
    "black on black": run("oculto", '<w:color w:val="000000"/><w:shd w:fill="000000"/>'),
    "tiny": run("oculto", '<w:sz w:val="2"/>'),
    "a comment's mark": '<w:r><w:commentReference w:id="1"/></w:r>',
    "an instruction": "<w:r><w:instrText>oculto</w:instrText></w:r>",
}
STYLES = (
    '<w:style w:type="character" w:styleId="Secreto"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Hijo"><w:basedOn w:val="Secreto"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Interno"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Nieto"><w:basedOn w:val="Interno"/></w:style>'
)
NOTES = f'<w:footnotes><w:footnote w:id="2">{paragraph("visto")}</w:footnote></w:footnotes>'
COMMENTS = f'<w:comments><w:comment w:id="1">{paragraph("oculto")}</w:comment></w:comments>'


@pytest.mark.parametrize("kind", SEEN)
def test_what_is_seen_is_read_once(tmp_path: Path, kind: str) -> None:
    text = " ".join(_lines(tmp_path, paragraph("Dice", SEEN[kind]), STYLES, footnotes=NOTES))
    assert text.count("visto") == 1
    assert "oculto" not in text


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_is_not_seen_is_not_read(tmp_path: Path, kind: str) -> None:
    body = paragraph("Antes ", UNSEEN[kind], "después.")
    assert _lines(tmp_path, body, STYLES, comments=COMMENTS) == ["Antes después."]


@pytest.mark.parametrize("style", ["Interno", "Nieto"])
def test_a_paragraph_is_hidden_by_its_style(tmp_path: Path, style: str) -> None:
    hidden = paragraph("oculto", properties=f'<w:pStyle w:val="{style}"/>')
    body = parts.word(hidden + paragraph("Visible."), STYLES)
    assert [one.text for one in _read(tmp_path, body)] == ["Visible."]
    assert _notices(tmp_path, body) == [Notice("hidden_text", 1)]


def test_white_words_in_a_coloured_cell_are_seen(tmp_path: Path) -> None:
    white = '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>'
    head = cell("x", '<w:shd w:fill="1F4E79"/>').replace("<w:rPr></w:rPr>", white)
    body = table([head, cell("y")], [cell("1"), cell("2")])
    assert _lines(tmp_path, body) == ["x: 1. y: 2."]


def _level(at: int, kind: str = "decimal", text: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text or f"%{at + 1}."}"/></w:lvl>'
    )


def _item(text: str, listed: int = 1, level: int = 0) -> str:
    place = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{listed}"/></w:numPr>'
    return paragraph(text, properties=place)


def _lists(*levels: str, again: str = "") -> str:
    kind = f'<w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
    numbers = "".join(
        f'<w:num w:numId="{at}"><w:abstractNumId w:val="7"/>{more}</w:num>'
        for at, more in ((1, ""), (2, again))
    )
    return kind + numbers


AGAIN = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'


def test_a_list_goes_on_over_the_text_and_the_tables_between(tmp_path: Path) -> None:
    between = paragraph("Entre.") + table([cell("a"), cell("b")], [cell("1"), cell("2")])
    body = _item("uno") + _item("dos") + between + _item("tres", 2)
    found = _lines(tmp_path, body, "", _lists(_level(0)))
    assert [line for line in found if line[0].isdigit()] == ["1. uno", "2. dos", "3. tres"]


def test_a_list_begins_again_where_it_says_so(tmp_path: Path) -> None:
    body = _item("uno") + _item("dos") + _item("otra", 2) + _item("más", 2)
    found = _lines(tmp_path, body, "", _lists(_level(0), again=AGAIN))
    assert found == ["1. uno", "2. dos", "1. otra", "2. más"]


def test_levels_count_each_by_itself(tmp_path: Path) -> None:
    levels = (_level(0, start=3), _level(1, text="%1.%2)"), _level(2, "lowerLetter", "%3)"))
    body = "".join(
        [
            _item("a"),
            _item("b", 1, 1),
            _item("c", 1, 1),
            _item("d", 1, 2),
            _item("e"),
            _item("f", 1, 1),
        ]
    )
    found = _lines(tmp_path, body, "", _lists(*levels))
    assert found == ["3. a", "3.1) b", "3.2) c", "a) d", "4. e", "4.1) f"]


@pytest.mark.parametrize(
    ("kind", "third"),
    [
        ("lowerLetter", "c"),
        ("upperLetter", "C"),
        ("lowerRoman", "iii"),
        ("upperRoman", "III"),
        ("decimalZero", "03"),
    ],
)
def test_numbers_are_written_as_the_list_has_them(tmp_path: Path, kind: str, third: str) -> None:
    body = _item("x") + _item("y") + _item("z")
    assert _lines(tmp_path, body, "", _lists(_level(0, kind)))[-1] == f"{third}. z"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_hidden_and_deleted_items_are_not_counted(
    tmp_path_factory: pytest.TempPathFactory, shown: list[bool]
) -> None:
    gone = _item(run("oculto", "<w:vanish/>"))
    body = "".join(_item("x") if one else gone for one in shown) + paragraph("Fin.")
    found = _lines(tmp_path_factory.mktemp("w"), body, "", _lists(_level(0)))
    assert found == [*(f"{at}. x" for at in range(1, sum(shown) + 1)), "Fin."]


def test_heads_and_feet_are_read_once_without_page_numbers(tmp_path: Path) -> None:
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="header"/>'
        '<w:footerReference w:type="default" r:id="footer"/>'
        '<w:headerReference w:type="first" r:id="header2"/></w:sectPr>'
    )
    found = _lines(
        tmp_path,
        paragraph("Cuerpo.", properties=section) + section,
        header=f"<w:hdr>{paragraph('Taller Clavel')}</w:hdr>",
        header2=f"<w:hdr>{paragraph('De otra plantilla')}</w:hdr>",
        footer=f"<w:ftr>{paragraph('Tel. 55 8765 4321')}{paragraph('Página 2 de 9')}</w:ftr>",
    )
    assert found == ["Taller Clavel", "Tel. 55 8765 4321", "Cuerpo."]


def test_charts_and_diagrams_are_read(tmp_path: Path) -> None:
    body = paragraph(
        f"<w:r><w:drawing>{graphic('<c:chart r:id=' + chr(34) + 'chart' + chr(34) + '/>')}"
        f"{graphic('<dgm:relIds r:dm=' + chr(34) + 'diagramData' + chr(34) + '/>')}"
        "</w:drawing></w:r>"
    )
    found = _lines(
        tmp_path,
        body,
        chart=chart("Ventas", ["Enero", "Febrero"], Autos=[3, 5], Motos=[1, 0.30000000000000004]),
        diagramData=diagram("Pedir", "Pagar"),
    )
    assert found == [
        "Ventas",
        "Categoría: Enero. Autos: 3. Motos: 1.",
        "Categoría: Febrero. Autos: 5. Motos: 0.3.",
        "Pedir",
        "Pagar",
    ]


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 4), st.integers(2, 5), st.data())
def test_each_value_stands_in_every_place_its_cell_covers(
    tmp_path_factory: pytest.TempPathFactory, width: int, height: int, data: st.DataObject
) -> None:
    across = data.draw(st.integers(1, width - 1))  # over the whole row it is a heading
    down = data.draw(st.integers(1, height))
    merged = [
        ["x" if r < down and c < across else f"{r}{c}" for c in range(width)] for r in range(height)
    ]
    rows = []
    for r in range(height):
        goes_on = "continue" if r else "restart"
        how = f'<w:gridSpan w:val="{across}"/><w:vMerge w:val="{goes_on}"/>'
        first = [cell("" if r else "x", how)] if r < down else []
        others = merged[r][across:] if r < down else merged[r]
        rows.append([*first, *map(cell, others)])
    path = tmp_path_factory.mktemp("w") / "stored"
    path.write_bytes(parts.word(table([cell(f"n{c}") for c in range(width)], *rows)))
    found = [one for one in word.read(path) if not isinstance(one, Notice)]
    assert [list(one.fields.values()) for one in found] == merged


def test_a_table_in_a_cell_and_a_list_in_a_cell_stay(tmp_path: Path) -> None:
    inner = table([cell("Lunes"), cell("9 a 18")], [cell("Martes"), cell("10 a 14")])
    nested = f"<w:tc>{inner}{paragraph('Fin')}</w:tc>"
    listed = f"<w:tc>{_item('frenos')}{_item('aceite')}</w:tc>"
    body = table([cell("Horario"), cell("Incluye")], [nested, listed])
    assert _lines(tmp_path, body, "", _lists(_level(0))) == [
        "Horario: Lunes, 9 a 18; Martes, 10 a 14; Fin. Incluye: 1. frenos; 2. aceite."
    ]


def test_hidden_and_deleted_rows_stay_out(tmp_path: Path) -> None:
    marks = [f"<w:trPr>{one}</w:trPr>" for one in ("<w:hidden/>", "<w:del/>")]
    gone = [[mark, cell("oculto"), cell("x")] for mark in marks]
    body = table([cell("a"), cell("b")], *gone, [cell("1"), cell("2")])
    assert _lines(tmp_path, body) == ["a: 1. b: 2."]
    assert _notices(tmp_path, parts.word(body)) == [Notice("hidden_text", 1)]


def test_the_values_of_a_form_are_read(tmp_path: Path) -> None:
    def field(data: str) -> str:
        begin, end = '<w:fldChar w:fldCharType="begin">', '<w:fldChar w:fldCharType="end"/>'
        return f"<w:r>{begin}<w:ffData>{data}</w:ffData></w:fldChar></w:r><w:r>{end}</w:r>"

    box = field('<w:checkBox><w:checked w:val="1"/></w:checkBox>')
    entries = '<w:listEntry w:val="Roma"/><w:listEntry w:val="Polanco"/>'
    choice = field(f'<w:ddList><w:result w:val="1"/>{entries}</w:ddList>')
    assert _lines(tmp_path, paragraph("Sí ", box) + paragraph("Sucursal: ", choice)) == [
        "Sí ☑",
        "Sucursal: Polanco",
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6))
def test_words_stay_as_they_are_whoever_wrote_the_file(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    written = "".join(map(paragraph, texts))
    for strict in (False, True):
        found = _read(tmp_path_factory.mktemp("w"), parts.word(written, strict=strict))
        assert found[0].text.split("\n\n") == texts


def test_a_table_of_labels_and_values_is_read_as_such() -> None:
    found = read_document(CASES / "label-value-table" / "d_kv.docx", "d_kv.docx")
    text = "\n".join(one.text for one in found)
    for line in ("Nombre: Taller Clavel", "Teléfono: 55 8765 4321", "Gerente: Lucía Rey"):
        assert line in text


@pytest.mark.parametrize(("said", "count"), [("", 1), ("image1.png", 1), ("Precio: 900", 0)])
def test_a_picture_that_says_nothing_in_words_is_a_notice(
    tmp_path: Path, said: str, count: int
) -> None:
    document, file = docx.Document(), io.BytesIO()
    Image.new("RGB", (90, 90)).save(file, "PNG")
    document.add_paragraph("Garantía")
    document.add_picture(file, Inches(3), Inches(3))
    document.inline_shapes[0]._inline.docPr.set("descr", said)
    document.save(tmp_path / "stored")
    found = list(word.read(tmp_path / "stored"))
    assert [one for one in found if isinstance(one, Notice)] == [Notice("pictures", 1)] * count
