"""Other words for what customers ask: English for Spanish documents, and everyday for formal.

A real embedding model finds these by meaning; without one, this small list of the field's words
does. Keys are folded beginnings of phrases, values the words that documents use.
"""

from agent.guard import folded

_OTHER_WORDS = {
    # everyday Spanish
    "a que hora": "horario", "abren": "horario abierto", "cierran": "horario",
    "abierto": "horario", "donde": "direccion ubicacion sucursal ciudad", "ubicad": "direccion",
    "cuanto cuesta": "precio costo tarifa", "cuanto vale": "precio costo",
    "cuanto sale": "precio", "cuanto cobran": "precio costo",
    "cuanto me cuesta": "precio costo", "cuanto es": "precio", "cuanto cuestan": "precio costo",
    "que precio": "precio costo", "cuanto tarda": "plazo dias", "cuanto demora": "plazo dias",
    "cuanto tiempo": "plazo dias duracion", "en cuanto tiempo": "plazo dias",
    "regres": "devolucion devolver", "devolv": "devolucion", "devuelv": "devolucion devolver",
    "arrepient": "devolucion", "papeles": "documentos", "papeleo": "documentos tramites",
    "que piden": "requisitos documentos", "requisitos": "documentos",
    "se descompone": "garantia falla", "descompuso": "garantia falla",
    "a plazos": "financiamiento credito", "a meses": "financiamiento",
    "fiado": "financiamiento", "financia": "financiamiento credito",
    "credito": "financiamiento", "cuota": "mensualidad", "vender mi": "venta comprar tu auto",
    "les vendo": "venta compra", "compran": "venta compra", "tienda": "sucursal",
    "local": "sucursal", "oficina": "sucursal", "telefono": "contacto llamar",
    "bola": "enganche remolque", "tubo de escape": "escape", "llantas": "ruedas neumaticos",
    "rines": "llantas ruedas", "neumatico": "ruedas llantas", "camperiz": "camper vivienda",
    "itv": "inspeccion", "legalizar": "homologar homologacion", "polariz": "lunas laminas",
    "cada cuanto": "mantenimiento cada", "servicio": "mantenimiento", "uber": "plataformas",
    "didi": "plataformas", "taxi": "plataformas transporte", "descuent": "precio final",
    "rebaja": "precio final descuento", "negoci": "precio final descuento", "apart": "apartado",
    "ganar": "ingresos comprobar", "gano": "ingresos comprobar",
    "me prestan": "prestamo sustituto", "truena": "falla reparacion limite",
    "se me hecha": "falla", "pago inicial": "enganche", "cuantos meses": "plazos meses",
    "a cuenta": "auto a cuenta", "multa": "sancion",
    # English
    "foreign": "extranjero pasaporte", "reserve": "apartar apartado",
    "change my mind": "devolver", "include": "incluye cubre", "minimum": "minimo",
    "cash": "efectivo", "invoice": "factura", "discount": "precio final descuento",
    "offer": "oferta", "valid": "vigencia vale", "saturday": "sabado", "sunday": "domingo",
    "legal": "legal homologar", "fine": "multa sancion", "warrant": "garantia cobertura cubre",
    "guarantee": "garantia", "cover": "cubre cobertura", "branch": "sucursal sucursales",
    "location": "sucursal direccion", "store": "sucursal", "address": "direccion",
    "opening hours": "horario", "what time": "horario", "hours": "horario",
    "open": "horario abierto", "close": "horario", "where": "direccion sucursal",
    "financ": "financiamiento credito", "loan": "credito financiamiento",
    "down payment": "enganche", "interest": "tasa interes", "interest rate": "tasa anual",
    "monthly": "mensualidad", "instal": "mensualidad", "pay": "pago",
    "return": "devolucion devolver", "refund": "devolucion reembolso",
    "money back": "devolucion", "document": "documentos", "paperwork": "documentos tramites",
    "require": "requisitos documentos", "papers": "documentos", "price": "precio",
    "cost": "precio costo", "how much": "precio costo", "cheap": "economico",
    "how long": "plazo dias duracion meses", "days": "dias plazo", "months": "meses",
    "year": "anos", "sell": "vender venta", "buy": "comprar compra", "car": "auto coche",
    "used": "seminuevo usado", "inspect": "inspeccion", "exhaust": "escape",
    "tow": "enganche remolque bola", "wheel": "ruedas llantas", "tyre": "neumaticos ruedas",
    "tire": "neumaticos ruedas llantas", "suspension": "suspension", "light": "luces faros",
    "headlight": "faros", "wrap": "vinilo", "camper": "camper vivienda",
    "homologat": "homologacion", "approv": "homologacion aprobacion", "workshop": "taller",
    "certificate": "certificado", "project": "proyecto", "engine": "motor",
    "delivery": "entrega", "test drive": "prueba manejo", "insurance": "seguro",
    "phone": "telefono", "exclu": "excluye exclusiones", "extend": "extension ampliar",
    "deposit": "apartado anticipo", "photo": "fotos", "credit history": "buro historial",
    "trade": "auto a cuenta", "brake": "frenos", "battery": "bateria", "gearbox": "transmision",
    "mileage": "kilometraje",
}  # fmt: skip

# What kind of thing is asked (how much, where, when), not about what.
_KINDS = frozenset(
    key
    for key in _OTHER_WORDS
    if key.split()[0] in {"cuanto", "cuantos", "donde", "que", "how", "where", "what", "en"}
    or key in {"a que hora", "cada cuanto", "price", "cost", "cheap", "car", "days", "months"}
    or key in {"year", "pay", "buy", "legal", "valid", "minimum", "used", "open", "close"}
)


def in_other_words(text: str) -> str:
    """Return words that documents may use for what *text* asks, with a space before each."""
    padded = f" {folded(text)}"
    found = [other for phrase, other in _OTHER_WORDS.items() if f" {phrase}" in padded]
    return "".join(f" {word}" for word in dict.fromkeys(" ".join(found).split()))


def topic_words(text: str) -> str:
    """Return the other words only for what *text* is about."""
    padded = f" {folded(text)}"
    return " ".join(
        other
        for phrase, other in _OTHER_WORDS.items()
        if f" {phrase}" in padded and phrase not in _KINDS
    )
