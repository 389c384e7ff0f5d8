"""Makes the sample agents' PDF, DOCX, XLSX and catalogue files from the texts in `tests/samples`.

    python -m tests.make_samples

The results are committed. The same texts give the same bytes, so a second run changes nothing.
In the texts `---` alone starts a new page; the marks are the few of Markdown used below.
"""

import csv
import io
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import docx
import docx.document
import openpyxl
from openpyxl.styles import Font
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate

TEXTS = Path(__file__).parent / "samples"
SAMPLES = Path(__file__).parents[1] / "agent" / "samples"
WRITTEN = datetime(2025, 11, 3, 9, 0)
CARS = 240
SOLD_UNTIL = 2025
COLOURS = ("blanco", "gris", "plata", "negro", "rojo", "azul", "arena", "verde")
COLOUR_WEIGHTS = (30, 22, 14, 14, 8, 8, 2, 2)


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list, table or page break of a text."""

    kind: str
    lines: tuple[str, ...]

    @property
    def cells(self) -> list[list[str]]:
        """The lines of a table as rows."""
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in self.lines]


def kind_of(line: str) -> tuple[str, str]:
    """Return a line's kind and what is left of it without its mark."""
    if line == "---":
        return "page", ""
    if line.startswith("|"):
        return "table", line
    for kind, mark in (("title", "# "), ("heading", "## "), ("bullets", "- ")):
        if line.startswith(mark):
            return kind, line.removeprefix(mark)
    step = re.sub(r"^\d+\. ", "", line)
    return ("steps", step) if step != line else ("paragraph", line)


def blocks(text: str) -> Iterator[Block]:
    """Read a text; lines of one list or one table that stand together are one block."""
    kind, lines = "", list[str]()
    for line in filter(None, text.splitlines()):
        own, rest = kind_of(line)
        if lines and (own != kind or own in ("title", "heading", "paragraph", "page")):
            yield Block(kind, tuple(lines))
            lines = []
        kind, lines = own, [*lines, rest]
    yield Block(kind, tuple(lines))


def paragraphs(block: Block) -> Iterator[Paragraph]:
    """Lay a block out for a PDF. A list's mark is part of its line, so that a reader finds it."""
    styles = getSampleStyleSheet()
    item = ParagraphStyle("item", styles["BodyText"], leftIndent=14, firstLineIndent=-10)
    style = {"title": styles["Title"], "heading": styles["Heading2"]}.get(block.kind)
    for n, line in enumerate(block.lines, 1):
        mark = {"bullets": "– ", "steps": f"{n}. "}.get(block.kind, "")
        yield Paragraph(mark + line, style or (item if mark else styles["BodyText"]))


def write_pdf(source: str, target: Path, footer: str) -> None:
    """Write a text as a PDF with numbered pages."""
    story: list[Flowable] = []
    for block in blocks((TEXTS / source).read_text("utf-8")):
        story += [PageBreak()] if block.kind == "page" else list(paragraphs(block))

    def number(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 36, f"{footer} · Página {document.page}")

    page = SimpleDocTemplate(
        str(target), pagesize=A4, title=footer, author=footer.split(" · ")[0], invariant=1
    )
    page.build(story, onFirstPage=number, onLaterPages=number)


def write_docx(source: str, target: Path, brand: str) -> None:
    """Write a text as a Word document."""
    document = docx.Document()
    about = document.core_properties
    about.author, about.comments, about.title = brand, "", target.stem
    about.created = about.modified = WRITTEN
    styles = {"bullets": "List Bullet", "steps": "List Number", "paragraph": "Normal"}
    for block in blocks((TEXTS / source).read_text("utf-8")):
        if block.kind in ("title", "heading"):
            document.add_heading(block.lines[0], level=1 if block.kind == "title" else 2)
        elif block.kind == "table":
            add_table(document, block.cells)
        else:
            for line in block.lines:
                document.add_paragraph(line, style=styles[block.kind])
    content = io.BytesIO()
    document.save(content)
    target.write_bytes(settled(content.getvalue()))


def add_table(document: "docx.document.Document", cells: list[list[str]]) -> None:
    """Append a table to a Word document."""
    table = document.add_table(rows=0, cols=len(cells[0]), style="Table Grid")
    for row in cells:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def write_xlsx(source: str, target: Path, brand: str) -> None:
    """Write a comma-separated text as a workbook of one sheet; bare figures become numbers."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title, book.properties.creator = target.stem, brand
    rows = read_rows(source)
    for row in [list(rows[0]), *(list(row.values()) for row in rows)]:
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column in sheet.columns:
        longest = max(len(str(cell.value)) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(longest + 2, 60)
    sheet.freeze_panes = "A2"
    content = io.BytesIO()
    book.save(content)
    target.write_bytes(settled(content.getvalue()))


def settled(content: bytes) -> bytes:
    """Return an Office file with the moment of writing taken out of it."""
    result = io.BytesIO()
    moment = WRITTEN.isoformat() + "Z"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", moment.encode(), part)
            entry = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            new.writestr(entry, part, zipfile.ZIP_DEFLATED)
    return result.getvalue()


def car(chance: random.Random, model: dict[str, str], branch: dict[str, str]) -> dict[str, object]:
    """Invent one car: the newer and the less driven, the dearer."""
    newest = min(int(model["hasta"]), SOLD_UNTIL)
    year = chance.randint(int(model["desde"]), newest)
    age = SOLD_UNTIL - year
    km = round((age + 0.6) * chance.uniform(7_000, 15_000), -2)
    km = min(km, 118_900 - chance.randrange(0, 9_000, 100))
    versions = model["versiones"].split("/")
    level = chance.randrange(len(versions))
    price = int(model["precio_nuevo"]) * 0.91 * 0.915**age * (0.95 + 0.05 * level)
    price *= 1 - (km - age * 11_000) / 1_200_000
    return {
        "marca": model["marca"],
        "modelo": model["modelo"],
        "version": versions[level],
        "anio": year,
        "kilometraje": int(km),
        "precio": int(price // 1_000 * 1_000 + 900),
        "transmision": chance.choice(model["transmisiones"].split("/")),
        "combustible": model["combustible"],
        "color": chance.choices(COLOURS, COLOUR_WEIGHTS)[0],
        "ciudad": branch["ciudad"],
        "sucursal": branch["sucursal"],
    }


def write_catalogue(target: Path) -> None:
    """Write the cars for sale: each model once, then the usual ones more often."""
    chance = random.Random(180)
    models = read_rows("modelos.csv")
    branches = [row for row in read_rows("sucursales.csv") if row["servicios"].startswith("venta")]
    weights = [int(model["peso"]) for model in models]
    chosen = models + chance.choices(models, weights, k=CARS - len(models))
    chance.shuffle(chosen)
    cars = [car(chance, model, chance.choice(branches)) for model in chosen]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", *cars[0]], lineterminator="\n")
        writer.writeheader()
        writer.writerows({"id": f"RC-{n:04d}", **row} for n, row in enumerate(cars, 1))


def read_rows(name: str) -> list[dict[str, str]]:
    """Read a comma-separated text with a first line of names."""
    with (TEXTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make(folder: Path) -> None:
    """Write every made file under *folder*."""
    autos, homologa = folder / "autos", folder / "homologa"
    dealer, engineers = "Rueda Clara", "Reforma y Ruta"
    write_pdf("garantia.md", autos / "garantia.pdf", f"{dealer} · Garantía y devoluciones")
    write_docx("financiamiento.md", autos / "financiamiento.docx", dealer)
    write_xlsx("sucursales.csv", autos / "sucursales.xlsx", dealer)
    write_catalogue(autos / "catalogo.csv")
    write_pdf("proceso.md", homologa / "proceso.pdf", f"{engineers} · Proceso de homologación")
    write_docx("documentos.md", homologa / "documentos.docx", engineers)
    write_xlsx("precios-y-plazos.csv", homologa / "precios-y-plazos.xlsx", engineers)


if __name__ == "__main__":
    make(SAMPLES)
