"""What kind of thing stands in a cell: a number, an address, a name of something, words."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence

_KINDS = (
    ("email", re.compile(r"\S+@\S+\.\w+")),
    ("url", re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("phone", re.compile(r"(?:tel\.?\s*)?\+?\(?\d[\d\s().-]{6,20}\d", re.IGNORECASE)),
    ("date", re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T][\d:]{4,8})?")),
    ("time", re.compile(r"\d{1,2}:\d{2}.{0,12}|\d{1,2}(?::\d\d)? (?:a|to|-|–|às) \d{1,2}.{0,12}")),
    (
        "number",
        re.compile(r"(?:[A-Z]{1,3}\$?|[^\w\s(]{1,2})?\s*\(?[-+]?[\d][\d.,' ]*\)?\s*\S{0,4}"),
    ),
)
_BULLET = re.compile(r"^[•·▪◦‣*–-]\s+")
_ITEM = re.compile(r"(?:[•·▪◦‣*–-]|\d{1,2}[.)])\s")
_YEAR = re.compile(r"(?:19|20)\d\d")
# Words that name what stands beside or below them, in the languages our staff write.
_WORDS = """
    nombre apellido apellidos titulo contacto telefono telefonos tel celular movil whatsapp fax
    correo email mail direccion domicilio calle colonia ciudad estado pais municipio provincia
    cp codigo sitio web pagina horario horarios hora horas apertura cierre dia dias fecha fechas
    mes inicio fin vigencia vencimiento gerente director directora responsable encargado
    encargada propietario propietaria cliente clientes proveedor empresa razon compania marca
    modelo tipo categoria clase color talla tamano medida medidas peso alto ancho largo material
    capacidad cantidad existencia existencias unidad unidades precio precios costo coste total
    subtotal importe monto iva impuesto impuestos descuento anticipo pago pagos plazo moneda rfc
    curp cuit rut nit cif nif folio numero num referencia id clave sku producto productos
    articulo servicio servicios descripcion concepto campo valor dato nota notas observaciones
    comentarios garantia ubicacion sucursal sede idioma edad puesto cargo area departamento
    banco cuenta titular version estatus duracion incluye requisitos pregunta respuesta name
    surname title contact phone telephone mobile address street city state country zip postcode
    website hours opening closing date start end manager owner customer client supplier company
    brand model type category class colour size weight height width length capacity quantity
    unit units price cost amount tax discount deposit payment term currency reference number
    code product item service description field value note notes comments warranty location
    branch language age position department bank account holder status duration includes
    requirements question answer nome telefone endereco cidade preco custo data responsavel cor
    tamanho quantidade produto servico descricao
"""
_NAMES = frozenset(re.findall(r"\w+", _WORDS))


def kind(cell: str) -> str:
    """email, url, phone, date, time, number, text; empty for an empty cell."""
    if not cell:
        return ""
    return next((name for name, form in _KINDS if form.fullmatch(cell)), "text")


def is_figure(cell: str) -> bool:
    """Whether the cell is a value rather than a name; a year may be either."""
    return kind(cell) not in ("", "text") and not _YEAR.fullmatch(cell)


def is_name(cell: str) -> bool:
    """Whether the cell reads like the name of a field: `Teléfono`, `Correo electrónico:`."""
    words = re.findall(r"[^\W\d_]+", _plain(cell))
    return bool(words) and len(words) <= 5 and words[0] in _NAMES and not is_figure(cell)


def share_of_names(cells: Sequence[str]) -> float:
    """How many of *cells* read like names, 0 to 1."""
    return sum(map(is_name, cells)) / len(cells) if cells else 0.0


def flat(cell: str) -> str:
    """The cell in one line of words."""
    return " ".join(cell.split())


def readable(cell: str) -> str:
    """The cell in one line, the items of a list in it divided by semicolons."""
    lines = [line for line in map(flat, cell.splitlines()) if line] if "\n" in cell else ()
    if len(lines) < 2:
        return flat(cell)
    return "".join(_joints(lines))


def _joints(lines: Sequence[str]) -> Iterable[str]:
    """Each line after what joins it: one that goes on in small letters is no new item."""
    yield _BULLET.sub("", lines[0])
    for before, line in itertools.pairwise(lines):
        goes_on = line[0].islower() or before[-1] in ".,;:!?…"
        yield f" {line}" if goes_on and not _ITEM.match(line) else f"; {_BULLET.sub('', line)}"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
