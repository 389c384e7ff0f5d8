"""Office files written part by part, for what no program's library writes."""

from tests.knowledge.documents import archive

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_SPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:a="{A}" xmlns:p="{P}" xmlns:c="{C}" xmlns:dgm="{DGM}" '
    f'xmlns:mc="{MC}"'
)


def _xml(root: str, inside: str) -> bytes:
    return f"<{root} {_SPACES}>{inside}</{root}>".encode()


def _links(**targets: str) -> bytes:
    """Relationships; each id is its kind, with a number where there are several."""
    each = (
        f'<Relationship Id="{one}" Type="x/{one.rstrip("0123456789")}" Target="{target}"/>'
        for one, target in targets.items()
    )
    return f"<Relationships>{''.join(each)}</Relationships>".encode()


def word(
    body: str, styles: str = "", numbering: str = "", *, strict: bool = False, **parts: str
) -> bytes:
    """A DOCX of this body; *parts* are other parts by their kind, each with its root element."""
    kinds = {"styles": f"<w:styles>{styles}</w:styles>", **parts}
    kinds["numbering"] = f"<w:numbering>{numbering}</w:numbering>"
    members = {
        "_rels/.rels": _links(officeDocument="word/document.xml"),
        "word/document.xml": _xml("w:document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": _links(**{kind: f"{kind}.xml" for kind in kinds}),
    }
    for kind, text in kinds.items():
        root = text[1:].split(">", 1)[0].split(" ")[0]
        inside = text.split(">", 1)[1].rsplit("<", 1)[0]
        members[f"word/{kind}.xml"] = _xml(root, inside)
    if strict:
        spaces = (W.encode(), STRICT.encode())
        members = {part: xml.replace(*spaces) for part, xml in members.items()}
    return archive(members)


def deck(*slides: str, show: tuple[bool, ...] = (), **parts: str) -> bytes:
    """A PPTX of these shapes a slide; *parts* are other parts that each slide names."""
    numbers = range(1, len(slides) + 1)
    entries = "".join(f'<p:sldId id="{255 + at}" r:id="slide{at}"/>' for at in numbers)
    size = '<p:sldSz cx="9144000" cy="6858000"/>'
    members = {
        "_rels/.rels": _links(officeDocument="ppt/presentation.xml"),
        "ppt/presentation.xml": _xml("p:presentation", f"<p:sldIdLst>{entries}</p:sldIdLst>{size}"),
        "ppt/_rels/presentation.xml.rels": _links(
            **{f"slide{at}": f"slides/slide{at}.xml" for at in numbers}
        ),
    }
    for at, shapes in enumerate(slides, start=1):
        tree = f"<p:cSld><p:spTree><p:grpSpPr/>{shapes}</p:spTree></p:cSld>"
        seen = at > len(show) or show[at - 1]
        body = _xml("p:sld", tree)
        members[f"ppt/slides/slide{at}.xml"] = (
            body if seen else body.replace(b"<p:sld ", b'<p:sld show="0" ', 1)
        )
        members[f"ppt/slides/_rels/slide{at}.xml.rels"] = _links(
            **{kind: f"../{kind}.xml" for kind in parts}
        )
    for kind, text in parts.items():
        root = text[1:].split(">", 1)[0].split(" ")[0]
        members[f"ppt/{kind}.xml"] = _xml(root, text.split(">", 1)[1].rsplit("<", 1)[0])
    return archive(members)


def run(text: str, properties: str = "") -> str:
    """A run of a Word document."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    """A paragraph of a Word document; runs that are no XML yet become some."""
    inside = "".join(one if one.startswith("<") else run(one) for one in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def cell(text: str, properties: str = "") -> str:
    """A cell of a Word table."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def table(*rows: list[str]) -> str:
    """A Word table of cells."""
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows) + "</w:tbl>"


def shape(*lines: str, place: tuple[int, int] | None = None, more: str = "", ph: str = "") -> str:
    """A shape of a slide with these paragraphs, its top and left in English Metric Units."""
    form = ""
    if place:
        form = f'<a:xfrm><a:off y="{place[0]}" x="{place[1]}"/><a:ext cx="99" cy="99"/></a:xfrm>'
    said = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="" {more}/><p:cNvSpPr/><p:nvPr>{ph}</p:nvPr>'
        f"</p:nvSpPr><p:spPr>{form}</p:spPr><p:txBody>{said}</p:txBody></p:sp>"
    )


def chart(title: str, categories: list[str], **series: list[float]) -> str:
    """A chart's part."""

    def points(kind: str, found: list[object]) -> str:
        each = "".join(f'<c:pt idx="{at}"><c:v>{one}</c:v></c:pt>' for at, one in enumerate(found))
        return f"<c:{kind}><c:strRef><c:strCache>{each}</c:strCache></c:strRef></c:{kind}>"

    drawn = "".join(
        f"<c:ser>{points('tx', [name])}{points('cat', [*categories])}{points('val', [*values])}"
        "</c:ser>"
        for name, values in series.items()
    )
    said = f"<a:p><a:r><a:t>{title}</a:t></a:r></a:p>"
    head = f"<c:title><c:tx><c:rich>{said}</c:rich></c:tx></c:title>"
    return (
        f"<c:chartSpace><c:chart>{head}<c:plotArea><c:barChart>{drawn}</c:barChart></c:plotArea>"
        "</c:chart></c:chartSpace>"
    )


def diagram(*texts: str) -> str:
    """A SmartArt's part."""
    points = "".join(
        f"<dgm:pt><dgm:t><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for text in texts
    )
    return f"<dgm:dataModel><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"


def graphic(inside: str) -> str:
    """What draws a chart (`<c:chart r:id="chart"/>`) or a diagram on a page."""
    return f"<a:graphic><a:graphicData>{inside}</a:graphicData></a:graphic>"
