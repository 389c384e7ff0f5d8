"""The words of the Tools page (Spanish)."""

TEXTS: dict[str, str] = {
    "tools.title": "Herramientas",
    "tools.help": "Lo que un agente puede buscar en una tabla o calcular con una fórmula. Nada de "
    "esto necesita código; lo que guarde queda en el borrador hasta que lo publique.",
    "tools.agent": "Agente",
    "tools.kind": "Tipo",
    "tools.empty": "Este agente aún no tiene tablas ni calculadoras. Haga una aquí abajo.",
    "tools.open": "Abrir",
    "tools.remove": "Quitar",
    "tools.remove_sure": "¿Quitar la herramienta {name} del borrador?",
    "tools.table": "Tabla",
    "tools.table_help": "Responde con un Excel o CSV de las fuentes del agente. Basta un nombre: "
    "pulse Mirar para ver qué se entendió, y corrija las columnas si hace falta.",
    "tools.calculator": "Calculadora",
    "tools.calculator_help": "Pregunta al cliente lo que necesita y calcula lo demás.",
    "tools.name": "Nombre",
    "tools.name_help": "Letras minúsculas sin acentos, cifras y _: lista_de_precios",
    "tools.name_bad": "use letras minúsculas sin acentos, cifras y _, y empiece con una letra; "
    "handoff y knowledge están ocupados",
    "tools.when": "Cuándo usarla",
    "tools.when_help": "Con sus palabras: cuando el cliente pregunta qué hay.",
    "tools.said_as": "Cómo la piden los clientes",
    "tools.said_as_help": "Palabras entre comas: catálogo, productos, tienen",
    "tools.source": "Fuente",
    "tools.any_source": "La tabla que mejor corresponda",
    "tools.columns": "Columnas",
    "tools.columns_help": "Vacío: todas, como se entendieron. Si no, una por línea: encabezado | "
    "nombre | tipo (text, number, money, date, yes_no) | unidad | palabras de los clientes",
    "tools.columns_bad": "escriba encabezado | nombre | tipo | unidad | palabras; el tipo es text, "
    "number, money, date o yes_no, y ningún encabezado va dos veces",
    "tools.look": "Mirar",
    "tools.keep": "Guardar en el borrador",
    "tools.kept": "La herramienta está en el borrador.",
    "tools.inputs": "Lo que necesita saber",
    "tools.inputs_help": "Uno por línea: nombre | cómo se dice | tipo (number, whole, money, "
    "percent) | unidad | mínimo | máximo | valor habitual | palabras de los clientes",
    "tools.inputs_bad": "escriba nombre | cómo se dice | tipo | unidad | mínimo | máximo | valor "
    "habitual | palabras; el tipo es number, whole, money o percent, y el mínimo menor que el "
    "máximo",
    "tools.results": "Fórmulas",
    "tools.results_help": "Una por línea: costo = 50 + distancia * 3.35. Use los nombres de arriba "
    "y los de las líneas anteriores, + - * / ** ( ), round, min, max.",
    "tools.results_bad": "escriba nombre = fórmula, con nombres de datos o de fórmulas anteriores; "
    "las frases también nombran solo esos",
    "tools.sentence": "Frase",
    "tools.sentence_bad": "escriba una, con {{nombre}} donde va una cifra",
    "tools.sentence_es": "Frase en español",
    "tools.sentence_es_help": "Con {{nombre}} donde va una cifra: El envío cuesta ${{costo}}.",
    "tools.sentence_en": "Frase en inglés",
    "tools.sentence_en_help": "Con {{nombre}} donde va una cifra: Delivery costs ${{costo}}.",
    "tools.examples": "Ejemplos",
    "tools.examples_help": "Sus pruebas, una por línea: distancia=10 => costo=83.50. Se ejecutan "
    "antes de cada publicación.",
    "tools.examples_bad": "escriba nombre=cifra, nombre=cifra => nombre=cifra",
    "tools.example_fails": "Un ejemplo no sale: con {given} da {got}. Corrija la fórmula o el "
    "ejemplo.",
    "tools.choose_first": "Elija primero un agente.",
    "tools.no_table": "Ninguna fuente del agente tiene una tabla así. Suba un Excel o CSV en "
    "Conocimiento y dé esa base al agente.",
    "tools.previewed": "{source}: {count} filas",
    "tools.type.text": "texto",
    "tools.type.number": "número",
    "tools.type.money": "dinero",
    "tools.type.date": "fecha",
    "tools.type.yes_no": "sí o no",
    "tools.try": "Pruébela",
    "tools.question": "Lo que escribe un cliente",
    "tools.ask": "Preguntar",
    "tools.ask_first": "Escriba lo que preguntaría un cliente.",
}
