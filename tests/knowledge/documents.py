"""Files of every kind, made for the tests."""

import io
import zipfile

import docx
import openpyxl
import pptx
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas


def pdf(*pages: str, password: str = "") -> bytes:
    """A PDF with a line of text a page; a page without text is a drawing."""
    file = io.BytesIO()
    lock = StandardEncryption(password) if password else None
    paper = canvas.Canvas(file, encrypt=lock)
    for text in pages:
        if text:
            paper.drawString(72, 700, text)
        paper.rect(10, 10, 100, 100)
        paper.showPage()
    paper.save()
    return file.getvalue()


def scan(*pages: str) -> bytes:
    """A PDF whose pages without text are pictures, as a scanner makes them."""
    file = io.BytesIO()
    paper = canvas.Canvas(file)
    for text in pages:
        if text:
            paper.drawString(72, 700, text)
        else:
            paper.drawInlineImage(Image.new("L", (40, 40)), 0, 0)
            paper.drawImage(ImageReader(Image.new("L", (40, 40), 128)), 9, 9)
        paper.showPage()
    paper.save()
    return file.getvalue()


def word(heading: str, text: str, table: list[list[str]]) -> bytes:
    """A DOCX with a heading, a paragraph and a table."""
    document = docx.Document()
    document.add_heading(heading, 1)
    document.add_paragraph(text)
    grid = document.add_table(rows=0, cols=len(table[0]))
    for values in table:
        for cell, value in zip(grid.add_row().cells, values, strict=True):
            cell.text = value
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def slides(*pairs: tuple[str, str]) -> bytes:
    """A PPTX with a title and a text a slide."""
    deck = pptx.Presentation()
    for title, text in pairs:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def workbook(**sheets: list[list[object]]) -> bytes:
    """An XLSX with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    book.close()
    return file.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in members.items():
            packed.writestr(name, body)
    return file.getvalue()
