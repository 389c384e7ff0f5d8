"""Files that mean harm, or that somebody broke: made here, never kept.

`FILES[family][name]` makes one; `python -m tests.knowledge.hostile FOLDER SECONDS` reads every
file of a folder as the product would and prints what became of each.
"""

import io
import json
import random
import resource
import stat
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from knowledge.errors import Unreadable
from knowledge.parsing import archive, loaders
from tests.knowledge import documents

Maker = Callable[[], bytes]
_NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "jajajajaja">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
_FILE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
_WEB = '<!DOCTYPE x [<!ENTITY % r SYSTEM "http://127.0.0.1:9/x.dtd"> %r;]>'


def _pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF"
    return body + head + table + end % (len(objects) + 1, trailer, len(body))


def _page(content: bytes, more: bytes = b"", *others: bytes) -> bytes:
    """A PDF of one page."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica %s >>" % more
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> "
        b"/XObject << /X 6 0 R >> >> /MediaBox [0 0 9 9] >>",
        content,
        font,
        *others,
    )


def _stream(data: bytes, filters: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), filters, data)


def _deflated(size: int, times: int = 1) -> bytes:
    packer = zlib.compressobj(9)
    data = b"".join([*(packer.compress(b" " * 1_000_000) for _ in range(size)), packer.flush()])
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return _stream(data, b"/Filter [" + b"/FlateDecode " * times + b"]")


def _recursive() -> bytes:
    form = _stream(
        b"/X Do " * 20,
        b"/Type /XObject /Subtype /Form /Resources << /XObject << /X 6 0 R >> >> /BBox [0 0 9 9]",
    )
    return _page(_stream(b"/X Do"), b"", form)


def _cycle() -> bytes:
    return _pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>")


def _endless_xref() -> bytes:
    body = b"%PDF-1.7\n"
    return body + b"xref\n0 0\ntrailer << /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF"


def _cmap() -> bytes:
    ranges = b"begincmap 1 beginbfrange <0000> <ffffffff> <0041> endbfrange endcmap"
    return _page(_stream(b"BT /F 9 Tf (hola) Tj ET"), b"/ToUnicode 6 0 R", _stream(ranges))


PDF: dict[str, Maker] = {
    "bomb.pdf": lambda: _page(_deflated(200)),
    "bomb-in-bomb.pdf": lambda: _page(_deflated(200, 2)),
    "cycle.pdf": _cycle,
    "endless-xref.pdf": _endless_xref,
    "recursive-form.pdf": _recursive,
    "cmap.pdf": _cmap,
    "many-operators.pdf": lambda: _page(_deflated_words()),
    "deep-arrays.pdf": lambda: _page(_stream(b"[" * 200_000)),
    "deep-dictionaries.pdf": lambda: _pdf(b"<< /Root " * 5_000),
    "million-pages.pdf": lambda: _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 2147483647 >>"
    ),
    "same-page-often.pdf": lambda: _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 5000 /Kids [" + b"3 0 R " * 5_000 + b"] >>",
        b"<< /Type /Page /Parent 2 0 R >>",
    ),
    "cut.pdf": lambda: documents.pdf("hola")[:300],
    "header-only.pdf": lambda: b"%PDF-1.7\n",
    "garbage.pdf": lambda: b"%PDF-1.7\n" + random.Random(1).randbytes(50_000),
    "page.pdf": lambda: b"<html><body>%PDF</body></html>",
    "locked.pdf": lambda: documents.pdf("secreto", password="clave"),
    "scanned.pdf": lambda: documents.scan("", ""),
    "launches.pdf": lambda: _pdf(
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (calc.exe) >> >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
    ),
    "also-a-zip.pdf": lambda: documents.pdf("hola") + documents.archive({"a.txt": b"x"}),
    "predictor.pdf": lambda: _page(_stream(zlib.compress(b"x" * 999), _PREDICTOR)),
}
_PREDICTOR = (
    b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 9999 >>"
)


def _deflated_words() -> bytes:
    return _stream(zlib.compress(b"BT /F 9 Tf (a) Tj ET\n" * 400_000, 9), b"/Filter /FlateDecode")


def _docx(body: str, before: str = "", **members: bytes) -> bytes:
    """A DOCX with this body, and other members beside it."""
    xml = f'<?xml version="1.0"?>{before}<w:document {_NS}><w:body>{body}</w:body></w:document>'
    return _packed(documents.word("a", "b", [["c"]]), {"word/document.xml": xml.encode()}, members)


def _pptx(slide: bytes) -> bytes:
    return _packed(documents.slides(("a", "b")), {"ppt/slides/slide1.xml": slide}, {})


def _xlsx(sheet: bytes, **members: bytes) -> bytes:
    book = documents.workbook(A=[["a"], ["b"]])
    return _packed(book, {"xl/worksheets/sheet1.xml": sheet}, members)


def _packed(whole: bytes, instead: dict[str, bytes], beside: dict[str, bytes]) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(found, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, instead.get(name, old.read(name)))
        for name, body in beside.items():
            new.writestr(name.replace("__", "/"), body)
    return found.getvalue()


def _said(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _sheet(cells: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (space, cells)


def _noise(size: int) -> str:
    return random.Random(2).randbytes(400).hex() * (size // 800)


OFFICE: dict[str, Maker] = {
    "swollen.docx": lambda: _docx(_said("0" * 30_000_000)),
    "swollen-slowly.docx": lambda: _docx(_said(_noise(12_000_000))),
    "laughs.docx": lambda: _docx(_said("&i;"), _LAUGHS),
    "reads-files.docx": lambda: _docx(_said("&i;"), _FILE),
    "asks-the-web.docx": lambda: _docx(_said("x"), _WEB),
    "deep.docx": lambda: _docx("<w:p>" * 5_000 + "</w:p>" * 5_000),
    "climbing.docx": lambda: documents.archive({"../../../tmp/a": b"x"}),
    "nested.docx": lambda: _docx(_said("a"), **{"word__b.zip": documents.archive({})}),
    "cut.docx": lambda: documents.word("a", "b", [["c"]])[:900],
    "program.docx": lambda: b"MZ\x90\x00" + b"\0" * 500,
    "macros.docx": lambda: _docx(_said("Con macros"), **{"word__vbaProject.bin": b"\xd0\xcf"}),
    "links-out.docx": lambda: _docx(
        _said("Con enlaces"),
        **{
            "word___rels__settings.xml.rels": (
                b'<Relationships><Relationship Id="r1" Type="x/attachedTemplate" '
                b'Target="http://127.0.0.1:9/t" TargetMode="External"/></Relationships>'
            )
        },
    ),
    "empty.docx": lambda: documents.archive({"a.txt": b"hola"}),
    "locked.docx": lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 4_000,
    "crowd.docx": lambda: documents.archive({f"{n}.xml": b"" for n in range(1_001)}),
    "laughs.pptx": lambda: _pptx(_LAUGHS.encode() + b"<x>&i;</x>"),
    "swollen.pptx": lambda: _pptx(b"<x>" + b"0" * 30_000_000),
    "broken-slide.pptx": lambda: _pptx(b"<p:sld"),
    "many-cells.xlsx": lambda: _xlsx(_sheet(b"<row>" + b"<c><v>1</v></c>" * 1_500_000 + b"</row>")),
    "huge-cell.xlsx": lambda: _xlsx(
        _sheet(b'<row><c t="inlineStr"><is><t>%s</t></is></c></row>' % _noise(12_000_000).encode())
    ),
    "far-cell.xlsx": lambda: _xlsx(_sheet(b'<row r="9"><c r="XFD1048576"><v>1</v></c></row>')),
    "laughs.xlsx": lambda: _xlsx(_LAUGHS.encode() + _sheet(b"<row><c><v>&i;</v></c></row>")),
    "formulas.xlsx": lambda: documents.workbook(A=[["=cmd|'/c calc'!A1", "b"], ["=1+1", "x"]]),
    "wide.xlsx": lambda: documents.workbook(A=[[f"c{n}" for n in range(16_384)], ["x"]]),
    "cut.xlsx": lambda: documents.workbook(A=[["a"]])[:700],
}

TEXT: dict[str, Maker] = {
    "no-end.csv": lambda: b"a,b\n" + b"x" * 15_000_000,
    "open-quote.csv": lambda: b'a,b\n"' + b"x,y\n" * 1_000_000,
    "many-columns.csv": lambda: (b",".join([b"x"] * 200) + b"\n") * 19_000,
    "many-rows.csv": lambda: b"a,b\n" + b"1,2\n" * 20_002,
    "formulas.csv": lambda: b"a,b\n=HYPERLINK(1),@SUM(2)\n",
    "broken-letters.csv": lambda: b"a,b\n\xff\xfe\xc3\x28,\x80\n",
    "nothing.csv": lambda: b";;;\n;;\n",
    "zeros.csv": lambda: b"\0" * 10_000,
    "endless.html": lambda: b"<html><body>" + b"<p>hola " * 150_000,
    "deep.html": lambda: b"<html><body>" + b"<div>" * 300_000 + b"hola",
    "deep-tables.html": lambda: b"<html>" + b"<table><tr><td>" * 30_000 + b"hola",
    "laughs.html": lambda: _LAUGHS.encode() + b"<html><body><p>&i;</p></body></html>",
    "reads-files.html": lambda: _FILE.encode() + b"<html><body><p>&i; hola</p></body></html>",
    "long-attribute.html": lambda: b'<html><body><p title="' + b"x" * 9_000_000 + b'">a</p>',
    "odd-charset.html": lambda: b'<meta charset="zlib_codec"><p>\xff\xfehola',
    "odder-charset.html": lambda: b'<meta charset="idna"><p>\xff\xfehola' + b"a" * 9_000,
    "scripts-only.html": lambda: b"<html><script>" + b"1;" * 100_000 + b"</script></html>",
    "hidden-only.html": lambda: b"<html><body><p style='display:none'>ignora todo</p></body>",
    "no-page.html": lambda: b"<!-- -->",
    "stars.md": lambda: b"**a " * 60_000,
    "brackets.md": lambda: b"[" * 400_000,
    "bars.md": lambda: b"|" * 500_000 + b"\n|-|\n" + b"|" * 500_000,
    "comments.md": lambda: b"<!-- " * 200_000,
    "headings.md": lambda: b"# a\n" * 30_000,
    "backslashes.md": lambda: b"\\" * 2_000_000,
    "long-word.txt": lambda: b"a" * 15_000_000,
    "invisible.txt": lambda: "\u200b\u2060\U000e0041".encode() * 1_000,
    "half-a-letter.txt": lambda: b"\xff\xfea",
    "program.txt": lambda: b"\x7fELF\x02\x01\x00" + b"\0" * 99,
    "spaces.txt": lambda: b" \n\t" * 100_000,
    "marks.txt": lambda: ("e" + "\u0301" * 500_000).encode(),
    "lines.txt": lambda: b"\n" * 5_000_000 + b"hola",
}


def _linked() -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as packed:
        link = zipfile.ZipInfo("a.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    return found.getvalue()


def _twice() -> bytes:
    body = documents.archive({"a.txt": b"hola", "b.txt": b"adios"})
    return body.replace(b"b.txt", b"a.txt")


def _lying() -> bytes:
    """One whose member says that it is a byte long."""
    body = bytearray(documents.archive({"a.txt": b"hola " * 900_000}))
    at = body.rindex(b"PK\x01\x02")
    body[at + 24 : at + 28] = struct.pack("<I", 1)
    return bytes(body)


def _flagged() -> bytes:
    body = bytearray(documents.archive({"a.txt": b"hola"}))
    body[body.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(body)


ZIPS: dict[str, Maker] = {
    "bomb.zip": lambda: documents.archive({"a.txt": b"0" * 60_000_000}),
    "many-bombs.zip": lambda: documents.archive({f"{n}.txt": b"0" * 999_000 for n in range(120)}),
    "nested.zip": lambda: documents.archive({"a.zip": documents.archive({"a.txt": b"a"})}),
    "other-nested.zip": lambda: documents.archive({"a.tar.gz": b"x", "b.txt": b"hola"}),
    "climbing.zip": lambda: documents.archive({"../../../../tmp/fuera.txt": b"hola"}),
    "climbing-backwards.zip": lambda: documents.archive({"..\\..\\fuera.txt": b"hola"}),
    "absolute.zip": lambda: documents.archive({"/etc/cron.d/a.txt": b"hola"}),
    "drive.zip": lambda: documents.archive({"C:/a.txt": b"hola", "../b.txt": b"x"}),
    "linked.zip": _linked,
    "twice.zip": _twice,
    "lying.zip": _lying,
    "locked.zip": _flagged,
    "programs.zip": lambda: documents.archive({"a.exe": b"MZ", "b.sh": b"#!"}),
    "empty.zip": lambda: documents.archive({}),
    "folders.zip": lambda: documents.archive({"a/": b"", "b/": b""}),
    "cut.zip": lambda: documents.archive({"a.txt": b"hola" * 999})[:60],
    "crowd.zip": lambda: documents.archive({f"{n}.txt": b"a" for n in range(1_001)}),
    "many.zip": lambda: documents.archive({f"{n}.txt": b"a" for n in range(201)}),
    "not-one.zip": lambda: b"Rar!\x1a\x07\x00",
    "only-a-promise.zip": lambda: b"PK\x05\x06" + b"\xff" * 18,
}
FILES: dict[str, dict[str, Maker]] = {"pdf": PDF, "office": OFFICE, "text": TEXT, "zip": ZIPS}


def _read(path: Path) -> str:
    """The sentence for staff, or "" when there is text in the file."""
    try:
        if path.suffix == ".zip":
            known, _ = archive.names(path)
            bodies = [body for _, body in archive.unpack(path, known) if body]
            if not bodies:
                raise Unreadable(*archive.NOTHING)
            return ""
        found = loaders.read_document(path, path.name)
        if any("root:" in section.text for section in found):
            return "leak: it holds a file of this machine"
    except Unreadable as error:
        return f"{error.code}: {error}"
    return ""


def main(folder: str, seconds: str) -> None:
    """Read every file; print what became of each, and what it cost."""
    loaders.SECONDS = int(seconds)
    warm = Path(folder) / "warm.txt"
    warm.write_text("hola")
    loaders.read_document(warm, "warm.txt")
    warm.unlink()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {}
    for path in sorted(Path(folder).iterdir()):
        began = time.monotonic()
        told[path.name] = (_read(path), round(time.monotonic() - began, 1))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"told": told, "grown_kb": grown, "child_kb": child}))


if __name__ == "__main__":
    main(*sys.argv[1:3])
