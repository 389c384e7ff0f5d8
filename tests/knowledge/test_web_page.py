"""A page is read as people see it once they have opened what can be opened."""

from pathlib import Path

import pytest

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import web
from knowledge.parsing.loaders import read_document

CASES = Path(__file__).parents[1] / "cases"
BEFORE = (
    "<main><h1>Preguntas</h1><p>Estas son las respuestas a lo que más nos preguntan nuestros "
    "clientes de toda la república sobre envíos y devoluciones.</p>"
)


def _read(folder: Path, body: str, head: str = "") -> tuple[str, list[Notice]]:
    path = folder / "stored.html"
    path.write_text(f"<html><head>{head}</head><body>{BEFORE}{body}</main></body></html>", "utf-8")
    found = list(web.read(path))
    text = "\n".join(one.text for one in found if isinstance(one, Section))
    return text, [one for one in found if isinstance(one, Notice)]


def test_the_answers_of_an_accordion_are_read() -> None:
    path = CASES / "html-unfolded-by-script" / "h_accordion.html"
    found = read_document(path, path.name)
    text = "\n".join(one.text for one in found)
    for line in (
        "¿Cuánto tarda el envío?",
        "El envío tarda entre tres y cinco días hábiles.",
        "Sí, tiene treinta días naturales para devolver.",
        "Emitimos factura en el mismo mes con su constancia fiscal.",
        "Aceptamos Visa, Mastercard y American Express.",
    ):
        assert text.count(line) == 1
    assert found.notices == ()


SAID = "Cierra a las ocho de la noche todos los días."
FOLDED = {
    "below a button": f'<button>Horario</button><div style="display:none"><p>{SAID}</p></div>',
    "below a heading with a button": (
        f'<h2><button aria-expanded="false">Horario</button></h2><div hidden><p>{SAID}</p></div>'
    ),
    "named by a control": (
        f'<a href="#h1">Horario</a><p>Otra cosa.</p><div id="h1" style="display: none">{SAID}</div>'
    ),
    "named by aria": (
        '<span aria-controls="h1">Horario</span><p>Otra.</p>'
        f'<div id="h1" aria-hidden="true">{SAID}</div>'
    ),
    "of a known class": f'<h3>Horario</h3><div class="collapse" style="display:none">{SAID}</div>',
    "in a known class": f'<div class="accordion-item"><i></i><div hidden>{SAID}</div></div>',
    "a tab": f'<div role="tabpanel" hidden><p>{SAID}</p></div>',
    "opened by a script": (
        f'<h3>Horario</h3><div id="horas" style="display:none">{SAID}</div>'
        "<script>document.getElementById('horas').style.display = 'block'</script>"
    ),
    "a question": f'<h3>¿Cuándo cierra?</h3><div style="opacity: 0">{SAID}</div>',
    "details": f"<details><summary>Horario</summary><p>{SAID}</p></details>",
    "until it is found": f'<h3>Horario</h3><div hidden="until-found"><p>{SAID}</p></div>',
    "without height": (
        f'<button>Horario</button><div style="max-height:0;overflow:hidden"><p>{SAID}</p></div>'
    ),
}
HIDDEN = {
    "not shown": f'<p>Otra.</p><div style="display:none">{SAID}</div>',
    "hidden": f"<p>Otra.</p><div hidden>{SAID}</div>",
    "white": f'<p style="color:#fff">{SAID}</p>',
    "white in words": f'<p style="color: white; background: #ffffff">{SAID}</p>',
    "white by an old mark": f'<p><font color="#FFFFFF">{SAID}</font></p>',
    "tiny": f'<p style="font-size:1px">{SAID}</p>',
    "off the page": f'<p style="position:absolute;left:-9999px">{SAID}</p>',
    "clipped": f'<p style="position:absolute;clip:rect(0,0,0,0)">{SAID}</p>',
    "clipped by a path": f'<p style="clip-path: inset(50%)">{SAID}</p>',
    "transparent": f'<p style="color:transparent">{SAID}</p>',
    "below a button but white": f'<button>Más</button><p style="color:#FEFEFE">{SAID}</p>',
}
SHEETS = {
    "a class": (".x{display:none}", f'<p>Otra.</p><div class="x">{SAID}</div>'),
    "an id": ("#x{visibility:hidden}", f'<p>Otra.</p><div id="x">{SAID}</div>'),
    "a descendant": ("main .x > p{font-size:0}", f'<div class="x"><p>{SAID}</p></div>'),
    "one of several": (".a, p.x{color:#fff}", f'<p class="x">{SAID}</p>'),
    "on screens": ("@media screen{.y{} .x{display:none}}", f'<p>Otra.</p><p class="x">{SAID}</p>'),
    "on every medium": ("/* x */ .x{left:-999em}", f'<p class="x">{SAID}</p>'),
}
SHOWN = {
    "for narrow screens": (
        "@media (max-width: 600px){.x{display:none}}",
        f'<div class="x"><p>{SAID}</p></div>',
    ),
    "for print": ("@media print{.x{display:none}}", f'<div class="x"><p>{SAID}</p></div>'),
    "when it is open": (
        ".x{display:none} .open .x{display:block}",
        f'<p>Horario</p><div class="x"><p>{SAID}</p></div>',
    ),
    "white on blue": (
        ".b{background:#003} .b p{color:white}",
        f'<div class="b"><p>{SAID}</p></div>',
    ),
    "a rule that does not fit": (".y{display:none}", f'<div class="x"><p>{SAID}</p></div>'),
}


@pytest.mark.parametrize("kind", FOLDED)
def test_what_a_click_opens_is_content(tmp_path: Path, kind: str) -> None:
    text, notices = _read(tmp_path, FOLDED[kind])
    assert text.count(SAID) == 1
    assert notices == []


@pytest.mark.parametrize("kind", HIDDEN)
def test_what_nobody_can_see_stays_out_with_a_notice(tmp_path: Path, kind: str) -> None:
    text, notices = _read(tmp_path, HIDDEN[kind])
    assert SAID not in text
    assert notices == [Notice("hidden_text", 1)]


@pytest.mark.parametrize("kind", SHEETS)
def test_the_sheets_of_a_page_count(tmp_path: Path, kind: str) -> None:
    sheet, body = SHEETS[kind]
    text, notices = _read(tmp_path, body, f"<style>{sheet}</style>")
    assert SAID not in text
    assert notices == [Notice("hidden_text", 1)]


@pytest.mark.parametrize("kind", SHOWN)
def test_what_a_sheet_shows_is_read(tmp_path: Path, kind: str) -> None:
    sheet, body = SHOWN[kind]
    text, notices = _read(tmp_path, body, f"<style>{sheet}</style>")
    assert (text.count(SAID), notices) == (1, [])


def test_spans_fill_every_place_they_cover(tmp_path: Path) -> None:
    rows = (
        "<tr><th>Sucursal</th><th>Servicio</th><th>Precio</th></tr>"
        '<tr><td rowspan="2">Polanco</td><td>Frenos</td><td>900</td></tr>'
        "<tr><td><ul><li>Lavado</li><li>Cera</li></ul></td><td>150</td></tr>"
        '<tr><td>Roma</td><td colspan="2">cerrado</td></tr>'
    )
    text, _ = _read(tmp_path, f"<table>{rows}</table>")
    for line in (
        "Sucursal: Polanco. Servicio: Frenos. Precio: 900.",
        "Sucursal: Polanco. Servicio: - Lavado - Cera. Precio: 150.",
        "Sucursal: Roma. Servicio: cerrado. Precio: cerrado.",
    ):
        assert line in text


MENU = "<tr><td><a href='/'>Inicio</a></td><td><a href='/b'>Blog</a></td></tr>" * 2
FOOT = "<tr><td>Aviso legal</td><td>Privacidad</td></tr>" * 2
MENUS = {
    "links alone": f"<table>{MENU}</table>",
    "links with strokes between": f"<table>{MENU.replace('<td>', '<td>|</td><td>')}</table>",
    "in a nav": f"<nav><table>{FOOT}</table></nav>",
    "in a header": f"<header><table>{FOOT}</table></header>",
    "in a footer": f"<footer><table>{FOOT}</table></footer>",
    "in an aside": f"<aside><table>{FOOT}</table></aside>",
    "in what calls itself so": f"<div role='navigation'><table>{FOOT}</table></div>",
}
HOURS = (
    "<table><tr><td>Lunes</td><td>8 a 19 h</td></tr>"
    "<tr><td>Sábado</td><td>9 a 14 h</td></tr></table>"
)


@pytest.mark.parametrize("kind", MENUS)
@pytest.mark.parametrize("table", ["", HOURS])
def test_a_menu_laid_out_as_a_table_stays_out(tmp_path: Path, kind: str, table: str) -> None:
    path = tmp_path / "stored.html"
    path.write_text(f"<html><body>{MENUS[kind]}{BEFORE}{table}</main></body></html>", "utf-8")
    text = "\n".join(one.text for one in web.read(path) if isinstance(one, Section))
    assert not {"Inicio", "Aviso", "|"} & set(text.split())
    assert ("Lunes: 8 a 19 h.\nSábado: 9 a 14 h." in text) == bool(table)


CONTROLS = {
    "a div": "<div role='button' aria-controls='c1'><a tabindex='0'>¿Cierran?</a></div>",
    "a tab that is a link": "<ul><li><a role='tab' href='#c1'>¿Cierran?</a></li></ul>",
    "a summary with a link": "<details><summary><a href='#c1'>¿Cierran?</a></summary></details>",
}


@pytest.mark.parametrize("kind", CONTROLS)
def test_the_question_on_a_control_is_read(tmp_path: Path, kind: str) -> None:
    text, _ = _read(tmp_path, f'{CONTROLS[kind]}<div id="c1" hidden><p>{SAID}</p></div>')
    assert "¿Cierran?" in text
    assert SAID in text


def test_a_tab_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    text, _ = _read(tmp_path, f'<div class="tab-pane" role="tabpanel" id="nav-2">{SAID}</div>')
    assert SAID in text
