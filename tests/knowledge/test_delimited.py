"""CSV whatever divides its columns, and text in whatever encoding people saved it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.base import Document
from knowledge.parsing.formats.delimited import divisions, text_rows
from knowledge.parsing.formats.encodings import decode
from knowledge.parsing.loaders import read_document

CASES = Path(__file__).parents[1] / "cases"


def case(name: str, file: str) -> Document:
    return read_document(CASES / name / file, file)


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Document:
    path = tmp_path / "stored"
    path.write_bytes(text.encode(encoding))
    return read_document(path, "tabla.csv")


# --- delimiters


def test_a_comma_in_a_name_or_a_decimal_divides_nothing() -> None:
    found = case("csv-delimiter", "c_headcomma.csv")
    assert found[4].text == "Producto: Aceite 5W30. Marca: Mobil. Precio (MXN, con IVA): 589,50."
    assert case("csv-delimiter", "c_nohead.csv")[4].text == "Aceite 5W30. Mobil. 589,50"
    assert found.notices == ()


def test_a_blank_after_the_delimiter_belongs_to_no_cell() -> None:
    first, *_ = case("csv-delimiter", "c_space.csv")
    assert "Descripción: Madera, roble. Precio: 100." in first.text


TABLES = {
    "decimal commas in every row": ("Producto;Precio\nMesa;589,50\nSilla;99,90\n", ";"),
    "a comma in every row": ("Sede;Dirección\nUno;Av. Sol, 5\nDos;Calle Luna, 7\n", ";"),
    "semicolons in quotes": ('Sede,Nota\nUno,"a; b"\nDos,"c; d; e"\n', ","),
    "blanks after commas": ("Producto, Precio\nMesa, 900\nSilla, 500\n", ","),
    "thousands": ("Producto\tPrecio\nMesa\t1,250\nSilla\t2,300\n", "\t"),
    "pipes": ("Producto|Precio, con IVA\nMesa|1,5\nSilla|2,5\n", "|"),
    "a title on top": ("Lista de precios, 2026\n\nProducto;Precio\nMesa;1,5\nSilla;2,5\n", ";"),
    "lines in quotes": ('Producto,Nota\nMesa,"una\n\nlínea; dos"\nSilla,"b"\n', ","),
    "many commas in prose": ("Tema;Texto\nA;uno, dos, tres\nB;uno, dos, cuatro\n", ";"),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_delimiter_is_the_one_that_divides_every_row(name: str) -> None:
    text, delimiter = TABLES[name]
    assert divisions(text)[0].delimiter == delimiter


@pytest.mark.parametrize("sign", [";", ",", "|", "#", "^"])
def test_the_first_line_may_say_it(tmp_path: Path, sign: str) -> None:
    found = read(tmp_path, f"sep={sign}\nProducto{sign}Precio\nMesa{sign}900\n")
    assert [one.fields for one in found] == [{"Producto": "Mesa", "Precio": "900"}]


def test_one_column_stays_one(tmp_path: Path) -> None:
    found = read(tmp_path, "Preguntas\n¿Abren hoy?\n¿Tienen frenos, llantas y aceite?\n")
    assert found[1].text == "Preguntas: ¿Tienen frenos, llantas y aceite?."


def test_who_could_be_divided_in_two_ways_gets_a_notice(tmp_path: Path) -> None:
    found = read(tmp_path, "a;b|c\nd;e|f\ng;h|i\n")
    assert [one.code for one in found.notices] == ["delimiter_unsure"]


def test_rows_that_are_too_long_get_a_notice(tmp_path: Path) -> None:
    rows = "\n".join(
        ["Producto,Precio", "Mesa,900", "Silla,500", "Banco,300", "Cama,1,250", "Cojín,9"]
    )
    (notice,) = read(tmp_path, rows).notices
    assert (notice.code, notice.count, notice.where) == ("uneven_rows", 1, ("5",))


CELLS = st.text("abcñé 0123.", min_size=1, max_size=8).filter(str.strip) | st.from_regex(
    r"\A\d{1,3},\d{2}\Z"
)
GRIDS = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=3, max_size=9)
)


@given(GRIDS, st.sampled_from(";\t|"))
def test_whoever_writes_a_table_is_read_as_meant(rows: list[list[str]], sign: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=sign, lineterminator="\n").writerows(rows)
    found = [[cell.strip() for cell in row] for row in text_rows(written.getvalue())]
    assert found == [[cell.strip() for cell in row] for row in rows]


# --- encodings


def test_a_table_from_ms_dos_is_read() -> None:
    first, *_ = case("csv-old-encodings", "c_cp850.csv")
    assert first.text == "Población: Peñalolén. Teléfono: 55 1234. Dirección: Calle Ñandú nº 5."


def test_utf_16_without_a_mark_is_read() -> None:
    first, *_ = case("csv-old-encodings", "c_utf16le_nobom.csv")
    assert first.text == "Producto: Piñata. Precio: 1.250,50."


def test_iso_8859_1_is_what_the_web_takes_it_for() -> None:
    text = case("html-iso-8859-1", "h_latin_meta.html")[0].text
    assert "20 €" in text
    assert "25 €" in text


OLD = ("cp1252", "cp850", "mac_roman")
WORDS = [
    "Población",
    "Peñalolén",
    "Teléfono",
    "Dirección",
    "Ñandú",
    "nº",
    "Árbol",
    "pequeño",
    "¿Cuánto",
    "cuesta?",
    "¡Llame!",
    "Garantía",
    "Año",
    "Señor",
    "Información",
    "técnica",
    "Descripción",
    "Versión",
    "Híbrida",
    "Automático",
    "Título",
    "Niño",
    "Día",
    "São",
    "preço",
    "ação",
    "você",
    "não",
    "coração",
    "informações",
    "última",
    "Básica",
    "MÉXICO",
    "MAÑANA",
    "JALÓN",
    "café",
    "según",
    "él",
    "más",
    "después",
    "así",
    "también",
    "habitación",
    "3ª",
    "30°",
]


@pytest.mark.parametrize("encoding", OLD)
@given(words=st.lists(st.sampled_from(WORDS), min_size=3, max_size=12, unique=True))
def test_words_of_the_west_are_read_in_any_old_encoding(encoding: str, words: list[str]) -> None:
    text = "Uno;Dos\n" + ";".join(words)
    found, notices = decode(text.encode(encoding))
    assert found == text or notices


@pytest.mark.parametrize("encoding", [*OLD, "cp437", "utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_table_is_read_as_it_was_saved(encoding: str) -> None:
    text = "Servicio;Año\nInstalación rápida;el señor pagó más en junio\n¿Qué?;mañana también\n"
    assert decode(text.encode(encoding)) == (text, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@given(st.text("abcdefñáé;\n 0123456789", min_size=12, max_size=80))
def test_utf_16_needs_no_mark(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == (text, [])


@pytest.mark.parametrize(
    "text", ["Привет, мир и все", "こんにちは、世界の皆さん", "Ελληνικά κείμενα"]
)
def test_what_is_of_another_part_of_the_world_gets_a_notice(text: str) -> None:
    encoding = {"П": "cp1251", "こ": "shift_jis", "Ε": "cp1253"}[text[0]]
    assert [one.code for one in decode(text.encode(encoding))[1]] == ["encoding_unsure"]


@pytest.mark.parametrize(
    "label", ["iso-8859-1", "latin1", "us-ascii", "windows-1252", "ISO-8859-15"]
)
def test_a_page_is_decoded_by_its_label(label: str) -> None:
    codec = "iso8859-15" if label.endswith("15") else "cp1252"
    page = f'<html><head><meta charset="{label}"></head><p>año, 20 €</p></html>'
    assert decode(page.encode(codec)) == (page, [])


@given(st.binary(max_size=200))
def test_no_bytes_break_it(body: bytes) -> None:
    assert isinstance(decode(body)[0], str)


@pytest.mark.parametrize(
    "label", ["zlib_codec", "hex", "rot13", "base64", "utf-7", "unicode_escape", "idna", "nadie"]
)
def test_a_label_that_the_web_does_not_know_says_nothing(label: str) -> None:
    page = f'<meta charset="{label}"><p>Precio: 20 €, café y té.</p>'
    assert "20 €, café y té" in decode(page.encode("cp1252"))[0]


def test_a_page_that_only_says_it_is_utf_8_is_read_by_its_letters() -> None:
    page = '<meta charset="utf-8"><p>El café y la tostada cuestan más en la sucursal.</p>'
    assert "El café y la tostada cuestan más" in decode(page.encode("cp1252"))[0]


def test_one_broken_letter_does_not_break_the_others() -> None:
    body = "Peñalolén, Ñuñoa, Concepción y Valparaíso ".encode() + b"\xf0\x9f fin"
    text, notices = decode(body)
    assert text.startswith("Peñalolén, Ñuñoa, Concepción y Valparaíso ")
    assert [one.code for one in notices] == ["encoding_unsure"]
