"""The words of the Knowledge page (Spanish)."""

TEXTS = {
    "knowledge.title": "Conocimiento",
    "knowledge.new": "Base nueva",
    "knowledge.new_example": "Por ejemplo: Garantías",
    "knowledge.create": "Crear base",
    "knowledge.no_bases": "Todavía no hay bases. Póngale nombre a una y pulse «Crear base».",
    "knowledge.choose_base": "Elija o cree una base de conocimiento.",
    "knowledge.holds": "Fuentes: {sources} · Fragmentos: {chunks}",
    "knowledge.files": "Archivos: PDF, Office, CSV, HTML, texto",
    "knowledge.url": "O una página web",
    "knowledge.add_url": "Añadir página",
    "knowledge.empty": (
        "Esta base está vacía. Suba archivos o añada una página para que sus agentes tengan "
        "dónde buscar."
    ),
    "knowledge.remove_base": "Quitar la base",
    "knowledge.remove_base_sure": "¿Quitar esta base vacía?",
    "knowledge.source": "Fuente",
    "knowledge.state": "Estado",
    "knowledge.see": "Ver",
    "knowledge.retry": "Leer otra vez",
    "knowledge.remove_sure": "¿Quitar «{name}»? Los agentes dejarán de encontrarla.",
    "knowledge.chunks_of": "Fragmentos de {name}",
    "knowledge.try": "Probar una búsqueda",
    "knowledge.try_help": "Lo mismo que encontrará el agente.",
    "knowledge.search": "Buscar",
    "knowledge.write_question": "Escriba primero qué buscar.",
    "knowledge.nothing_found": (
        "No se encontró nada. Pruebe con otras palabras o añada una fuente que lo diga."
    ),
    "state.waiting": "En espera",
    "state.reading": "Leyendo",
    "state.embedding": "Indexando",
    "state.ready": "Lista",
    "state.failed": "No se pudo leer",
    "state.removing": "Quitando",
    "place.page": "página {number}",
    "place.row": "fila {number}",
}
