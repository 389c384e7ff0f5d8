"""The words of the Knowledge page (Spanish)."""

TEXTS = {
    "knowledge.title": "Conocimiento",
    "knowledge.new": "Base nueva",
    "knowledge.new_example": "Por ejemplo: Garantías",
    "knowledge.create": "Crear base",
    "knowledge.no_bases": "Todavía no hay bases. Póngale nombre a una y pulse «Crear base».",
    "knowledge.choose_base": "Elija o cree una base de conocimiento.",
    "knowledge.holds": "Fuentes: {sources} · Fragmentos: {chunks}",
    "knowledge.files": "Archivos: PDF, Office, CSV, HTML, texto, ZIP",
    "knowledge.url": "O una página web",
    "knowledge.add_url": "Añadir página",
    "knowledge.empty": (
        "Esta base está vacía. Suba archivos o añada una página para que sus agentes tengan "
        "dónde buscar."
    ),
    "knowledge.remove_base": "Quitar la base",
    "knowledge.remove_base_sure": "¿Quitar esta base vacía?",
    "knowledge.used_by": "La usan: {agents}.",
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
    "state.by_words": "Ya se encuentra por sus palabras; por significado, en breve",
    "state.by_words_until": (
        "Ya se encuentra por sus palabras; por significado, en unos {minutes} min"
    ),
    "state.ready": "Lista",
    "state.failed": "No se pudo leer",
    "state.removing": "Quitando",
    "state.held": "Le espera a usted",
    "held.why": (
        "Se volvió a leer y le falta más de la quinta parte. Los clientes siguen oyendo lo de "
        "antes: vea qué cambió en Ver."
    ),
    "held.accept": "Aceptar la lectura nueva",
    "held.refuse": "Quedarse con lo de antes",
    "effect.release": "Los clientes lo oyen con la próxima publicación.",
    "effect.at_once": "Los clientes lo oyen enseguida.",
    "effect.at_once_choose": "Decirlo enseguida a los clientes",
    "effect.release_choose": "Esperar a la próxima publicación",
    "effect.at_once_sure": (
        "Desde ahora los clientes oyen enseguida lo que diga «{name}», sin publicar nada, y "
        "volver a una versión anterior no trae lo que decía antes. ¿Seguro?"
    ),
    "effect.release_sure": (
        "Desde ahora los clientes oyen lo que diga «{name}» solo cuando se publique un agente. "
        "¿Seguro?"
    ),
    "place.page": "página {number}",
    "place.row": "fila {number}",
    "knowledge.tab_sources": "Fuentes",
    "knowledge.tab_answers": "Respuestas del equipo",
    "knowledge.tab_measure": "Medir",
    "way.files": "Archivos",
    "way.page": "Página o sitio",
    "way.text": "Texto",
    "way.pairs": "Preguntas y respuestas",
    "way.name": "Nombre",
    "way.text_name": "Texto del equipo",
    "way.pairs_name": "Preguntas frecuentes",
    "way.text_example": "Pegue o escriba aquí lo que el agente debe saber.",
    "way.pairs_example": "P: ¿Abren los domingos?\nR: Sí, de 10 a 14 horas.",
    "way.add": "Añadir",
    "way.whole": "Todo el sitio",
    "way.whole_help": "Sigue su mapa o sus enlaces, respetando lo que el sitio prohíbe.",
    "way.pages": "Páginas como máximo",
    "way.lexical": "Palabras",
    "way.ngrams": "Letras (n-gramas)",
    "way.vector": "Sentido (vectores)",
    "way.hybrid": "Todo junto",
    "way.reranked": "Todo, reordenado",
    "preview.check": "Ver los fragmentos antes de guardar",
    "preview.keep": "Guardar en la base",
    "preview.drop": "Descartar",
    "preview.title": "{name}: {count} fragmentos",
    "preview.more": "… y {count} más",
    "state.gone": "Ya no está en la web",
    "refresh.title": "Volver a leer",
    "refresh.0": "Solo a mano",
    "refresh.6": "Cada 6 horas",
    "refresh.24": "Cada día",
    "refresh.168": "Cada semana",
    "refresh.every": "Se relee cada {hours} h",
    "refresh.saved": "Guardado.",
    "passage.text": "Lo que debe decir el fragmento",
    "passage.text_help": "La corrección se mantiene aunque la fuente se lea otra vez.",
    "passage.save": "Guardar corrección",
    "passage.saved": "Corregido: así se encontrará desde ahora.",
    "passage.correct": "Corregir",
    "passage.silence": "Silenciar",
    "passage.restore": "Como se leyó",
    "passage.silenced": "silenciado",
    "passage.corrected": "corregido",
    "passage.choose_first": "Elija primero un fragmento.",
    "difference.title": "Qué cambió al leerla otra vez ({when})",
    "difference.more": "… y {count} líneas más",
    "missed.title": "Lo que preguntaron y no se encontró (30 días)",
    "missed.question": "Pregunta",
    "missed.times": "Veces",
    "missed.write": "Escribir la respuesta",
    "missed.empty": "Nada: a todo lo que preguntaron se le encontró algo.",
    "answer.title": "Respuestas escritas por el equipo ({count})",
    "answer.empty": (
        "Todavía no hay. Escriba una arriba, o corrija una respuesta en Probar o en Conversaciones."
    ),
    "answer.remove_sure": "¿Quitar esta respuesta? Los agentes dejarán de darla.",
    "measure.source": "Dónde está la respuesta",
    "measure.nowhere": "En ningún sitio: no debe encontrar nada",
    "measure.expect": "El pasaje debe decir (opcional)",
    "measure.add": "Guardar pregunta",
    "measure.run": "Medir",
    "measure.help": (
        "Guarde preguntas de clientes con el archivo que las responde, y pulse «Medir»: "
        "verá cuántas veces la respuesta sale primera por cada manera de buscar."
    ),
    "measure.pairs": "Preguntas guardadas ({count})",
    "measure.empty": "Todavía no hay preguntas guardadas.",
    "measure.way": "Manera de buscar",
    "measure.hit1": "Primera",
    "measure.hit5": "Entre 5",
    "measure.mrr": "MRR",
    "measure.ndcg": "nDCG",
    "measure.refused": "Calla bien",
    "measure.time": "Tiempo (p50 / p95)",
    "measure.all_first": "Todas las respuestas salen en primer lugar.",
    "measure.wrong": "No salen primeras ({count})",
    "measure.not_found": "no sale",
    "measure.place": "Lugar",
    "rebuild.better": (
        "Esta base se hizo con otro modelo de búsqueda. Puede prepararse con {model} "
        "mientras se sigue usando."
    ),
    "rebuild.ask": "Preparar con el modelo actual",
    "rebuild.again": "Intentar otra vez",
    "rebuild.stop": "Dejarla como está",
    "rebuild.failed": "No se pudo preparar con el otro modelo. Se sigue usando como estaba.",
    "rebuild.runs": "Preparándose con {model}. Mientras tanto se busca como siempre.",
    "measure.advise": "Recomendar ajustes",
    "measure.advise_first": "Pida primero una recomendación.",
    "measure.apply": "Usar estos ajustes",
    "measure.applied": (
        "La base se busca desde ahora con esos ajustes. "
        "Un tamaño de pasaje nuevo vale desde la próxima lectura de cada archivo."
    ),
    "measure.as_good": "Los ajustes que tiene ya son los mejores para estas preguntas.",
    "measure.settings": "Ajustes",
    "measure.now": "Ahora",
    "measure.better": "Mejor",
    "measure.values": (
        "palabras {words} · sentido {vector} · umbral {threshold} · pasajes de {size} tokens"
    ),
}
