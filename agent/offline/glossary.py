"""Other words for what customers ask any shop: English for Spanish documents, everyday for formal.

Each line: the words that documents use; then beginnings of what customers say, folded. Only what
every business has is here: what a trade calls its own things, its own documents have to say.
"""

from agent.guardrails.checks import folded

# How much, where, when: what is asked, and not about what.
_KINDS = """
horario abierto: a que hora, abren, abre, cierra, abierto
horario abierto: opening hours, what time, hours, open, close
direccion ubicacion sucursal ciudad: donde, where
precio costo: cuanto cuesta, cuanto vale, cuanto sale, cuanto cobran, cuanto es, que precio
precio costo: how much, price, cost
economico: cheap
plazo dias duracion: cuanto tarda, cuanto demora, cuanto tiempo, en cuanto tiempo, how long, days
pago: pay
meses: months
anos: year
minimo: minimum
vigencia vale: valid
"""
_TOPICS = """
direccion sucursal: ubicad, tienda, local, oficina, address, location, branch, store
telefono contacto: llamar, phone, contact
precio final descuento: descuent, rebaja, negoci, discount
entrega envio domicilio: deliver, shipping
devolucion devolver reembolso: regres, devolv, devuelv, arrepient
devolucion devolver reembolso: return, refund, money back, change my mind
documentos requisitos tramites: papeles, papeleo, que piden
documentos requisitos tramites: requisitos, document, paperwork, require, papers
garantia falla cubre: descompone, descompuso, warrant, guarantee
cubre cobertura: cover
plazos cuotas meses: a plazos, a meses, instal
anticipo apartado: apart, deposit, reserve
efectivo: cash
tasa interes: interest
factura: invoice
cita: appointment
extranjero: foreign
seguro: insurance
garantia: garantia
telefono: telefono
devolucion: devolucion
documentos: documento
horario: horario
sucursal: sucursal
cita: cita
entrega: entreg
vender: vende
mantenimiento: mantenimiento, maintenance
oferta: offer
vender venta: sell
sabado: saturday
domingo: sunday
incluye cubre: include
fotos: photo
certificado: certificate
"""


def _read(lines: str) -> dict[str, str]:
    parts = (line.split(": ") for line in lines.strip().splitlines())
    return {said: words for words, phrases in parts for said in phrases.split(", ")}


_KIND_WORDS, _TOPIC_WORDS = _read(_KINDS), _read(_TOPICS)


def in_other_words(text: str) -> str:
    """Return words that documents may use for what *text* asks, with a space before each."""
    words = f"{_found(_KIND_WORDS, text)} {topic_words(text)}"
    return "".join(f" {word}" for word in dict.fromkeys(words.split()))


def topic_words(text: str) -> str:
    """Return the other words only for what *text* is about."""
    return _found(_TOPIC_WORDS, text)


def _found(known: dict[str, str], text: str) -> str:
    padded = f" {folded(text)}"
    return " ".join(words for said, words in known.items() if f" {said}" in padded)
