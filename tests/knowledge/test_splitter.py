"""Chunks are small, whole and complete."""

from hypothesis import given
from hypothesis import strategies as some

from knowledge.base import Section
from knowledge.parsing.splitter import preview, split, tokens

PARAGRAPH = "Una frase corta. Otra frase, algo más larga que la primera. "
TABLE = "| Plan | Precio |\n| --- | --- |\n" + "\n".join(f"| Plan {n} | {n}00 |" for n in range(30))


def test_a_short_section_is_one_chunk_with_its_place() -> None:
    chunk = split([Section("Hola.", page=3, heading="Uno")])[0]
    assert (chunk.text, chunk.page, chunk.heading, chunk.position) == ("Hola.", 3, "Uno", 0)


def test_a_row_is_never_joined_to_another() -> None:
    rows = [Section(f"Marca: {n}.", row=n, fields={"Marca": str(n)}) for n in (1, 2, 3)]
    assert [(c.row, c.fields) for c in split(rows)] == [(n, {"Marca": str(n)}) for n in (1, 2, 3)]


def test_chunks_end_with_a_sentence_and_begin_with_the_last_one_before() -> None:
    chunks = split([Section(PARAGRAPH * 20)], size=50, overlap=15)
    assert len(chunks) > 5
    assert all(chunk.text.endswith(".") and tokens(chunk.text) <= 50 for chunk in chunks)
    assert chunks[1].text.split(".")[0] in chunks[0].text


def test_list_items_stay_whole() -> None:
    items = "\n".join(f"- Punto {n} con sus palabras" for n in range(20))
    lines = [line for chunk in split([Section(items)], 30, 0) for line in chunk.text.split("\n")]
    assert lines == items.split("\n")


def test_a_table_that_is_cut_has_its_header_again_and_keeps_its_rows() -> None:
    chunks = split([Section("Precios:\n\n" + TABLE)], size=80, overlap=0)
    assert len(chunks) > 2
    assert all("| Plan | Precio |\n| --- | --- |" in chunk.text for chunk in chunks)
    rows = [line for chunk in chunks for line in chunk.text.split("\n") if "| Plan " in line]
    assert [row for row in rows if "Precio" not in row] == TABLE.split("\n")[2:]


def test_every_chunk_of_a_section_has_its_heading_path() -> None:
    chunks = preview(PARAGRAPH * 30, 60, "Guía > Pagos")
    assert {chunk.heading for chunk in chunks} == {"Guía > Pagos"}
    assert [chunk.position for chunk in chunks] == list(range(len(chunks)))


def test_tokens_are_counted_as_models_do() -> None:
    assert tokens("") == 0
    assert tokens("El plazo es de 36 meses.") == 7
    assert tokens("homologación") == 3
    assert tokens("249000") == 2


@given(some.text(max_size=400), some.integers(8, 40))
def test_no_word_is_lost_and_no_chunk_too_large(text: str, size: int) -> None:
    chunks = split([Section(text)], size=size, overlap=0)
    assert all(chunk.text and tokens(chunk.text) <= size for chunk in chunks)
    assert "".join("".join(c.text.split()) for c in chunks) == "".join(text.split())


@given(some.lists(some.text(some.characters(categories=["L", "Nd", "Po"]), max_size=30)))
def test_no_cell_of_a_table_is_lost(cells: list[str]) -> None:
    table = "\n".join(f"| {cell.replace('|', '')} |" for cell in ["titulo", *cells])
    text = "".join(chunk.text for chunk in split([Section(table)], size=30, overlap=0))
    assert all("".join(cell.replace("|", "").split()) in "".join(text.split()) for cell in cells)
