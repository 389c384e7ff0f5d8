"""Why something could not be read or found (Spanish)."""

TEXTS = {
    "error.knowledge.base_exists": "Ya hay una base con ese nombre.",
    "error.knowledge.base_name": "Póngale a la base un nombre de hasta 120 caracteres.",
    "error.knowledge.base_not_empty": (
        "La base todavía tiene fuentes o respuestas del equipo. Quítelas primero."
    ),
    "error.knowledge.embedder_unknown": (
        "Esta base se hizo con un modelo de búsqueda que ya no está. Cree una base nueva."
    ),
    "error.knowledge.embedding_mixed": (
        "La base se hizo con otro modelo de búsqueda. Cree una base nueva."
    ),
    "error.knowledge.embedding_refused": (
        "El servicio de búsqueda (Jina) rechazó la petición. Revise la clave y el modelo."
    ),
    "error.knowledge.embedding_unavailable": (
        "El servicio de búsqueda no respondió. Se volverá a intentar."
    ),
    "error.knowledge.jina_credit": (
        "La cuenta de Jina no tiene saldo. Recárguela y lea la fuente otra vez."
    ),
    "error.knowledge.jina_dimension": (
        "Jina devolvió vectores de otro tamaño. Revise el nombre del modelo."
    ),
    "error.knowledge.jina_key": "Jina no acepta la clave. Revise JINA_API_KEY.",
    "error.knowledge.jina_key_missing": (
        "Esta base se hizo con Jina. Ponga JINA_API_KEY o cree una base nueva."
    ),
    "error.knowledge.jina_request": (
        "Jina rechazó el texto o el modelo. Revise el nombre del modelo."
    ),
    "error.knowledge.fetch": "Esa dirección no se puede leer.",
    "error.knowledge.fetch_encoding": "La página viene comprimida de una forma que no se lee.",
    "error.knowledge.fetch_form": "Esa no es una dirección web que se pueda leer.",
    "error.knowledge.fetch_media_type": (
        "En esa dirección no hay una página ni un documento legible."
    ),
    "error.knowledge.fetch_port": "Solo se leen los puertos habituales de la web.",
    "error.knowledge.fetch_private": "Esa dirección no está en la internet pública.",
    "error.knowledge.fetch_redirects": "La página redirige demasiadas veces.",
    "error.knowledge.fetch_size": "La página es demasiado grande.",
    "error.knowledge.fetch_slow": "La página tardó demasiado.",
    "error.knowledge.fetch_status": "La página respondió con un error. Revise la dirección.",
    "error.knowledge.fetch_unanswered": "La página no respondió o se cortó.",
    "error.knowledge.fetch_unknown_host": "Esa dirección no existe.",
    "error.knowledge.file_bomb": (
        "El archivo se expande mucho más de lo razonable o trae otros archivos dentro."
    ),
    "error.knowledge.file_damaged": "El archivo está dañado.",
    "error.knowledge.file_empty": "El archivo está vacío.",
    "error.knowledge.file_gone": "El archivo guardado ya no está. Súbalo otra vez.",
    "error.knowledge.file_kind": (
        "El contenido no es del tipo que dice su nombre, o tiene contraseña."
    ),
    "error.knowledge.file_memory": "El archivo es demasiado complejo. Divídalo y suba las partes.",
    "error.knowledge.file_size": "El archivo pasa de 20 MB. Divídalo y suba las partes.",
    "error.knowledge.file_slow": "Leerlo tardó demasiado. Divídalo y suba las partes.",
    "error.knowledge.file_unsealed": (
        "Ahora mismo este equipo no puede abrir archivos con seguridad y no se leyó. Avise a quien "
        "lo administra."
    ),
    "error.knowledge.file_type": (
        "Ese tipo de archivo no se puede leer. Use PDF, Word, PowerPoint, Excel, CSV, HTML o texto."
    ),
    "error.knowledge.gave_up": (
        "Se intentó leer varias veces y no fue posible. Pruebe otra vez o con otro archivo."
    ),
    "error.knowledge.index_unavailable": "El índice no respondió. Se volverá a intentar.",
    "error.knowledge.knowledge": "Algo falló en el conocimiento. Vuelva a intentarlo.",
    "error.knowledge.no_text": "No tiene texto.",
    "error.knowledge.not_a_file": "Una página se vuelve a leer; no se sustituye por un archivo.",
    "error.knowledge.not_accepted": "Eso no se puede añadir.",
    "error.knowledge.pdf_password": "El PDF tiene contraseña. Guárdelo sin ella y súbalo otra vez.",
    "error.knowledge.pdf_scanned": (
        "El PDF contiene imágenes, no texto. Pásele antes un reconocimiento de texto (OCR)."
    ),
    "error.knowledge.too_long": "Es demasiado largo. Divídalo y suba las partes.",
    "error.knowledge.unknown_base": "Esa base ya no existe. Recargue la página.",
    "error.knowledge.unknown_source": "Esa fuente ya no existe. Recargue la página.",
    "error.knowledge.unreadable": "El archivo no se puede convertir en texto.",
    "error.knowledge.url_secret": "Quite el usuario y la contraseña de la dirección.",
    "error.knowledge.url_form": "Escriba la dirección completa, empezando por https://",
    "error.knowledge.archive_nested": (
        "El archivo trae otros archivos comprimidos dentro. Descomprímalos antes."
    ),
    "error.knowledge.archive_password": (
        "El archivo tiene contraseña. Guárdelo sin ella y súbalo otra vez."
    ),
    "error.knowledge.archive_empty": (
        "En el ZIP no hay archivos que se puedan leer (PDF, Word, PowerPoint, Excel, CSV, "
        "HTML o texto)."
    ),
    "error.knowledge.archive_many": "El ZIP tiene demasiados archivos. Divídalo en varios.",
    "error.knowledge.same_name": (
        "Ya hay un archivo con ese nombre. Sustitúyalo, o conserve los dos."
    ),
    "error.knowledge.curated_effect": (
        "Lo que escribe el equipo lo oyen los clientes enseguida: no espera a una publicación."
    ),
    "error.knowledge.edit_conflict": (
        "Otra persona cambió esta fuente después de que usted la abrió. Mírela otra vez antes"
        " de guardar."
    ),
    "error.knowledge.fetch_gone": "No hay ninguna página en esa dirección, o ya no está.",
    "error.knowledge.fetch_trouble": (
        "El sitio tiene un problema en este momento. Inténtelo más tarde."
    ),
    "error.knowledge.not_written": "Solo se pueden editar los textos escritos aquí.",
    "error.knowledge.other_kind": "Sustituya un ZIP por otro ZIP, y un archivo por otro archivo.",
    "error.knowledge.pairs_form": (
        "No se encontró ninguna pregunta con respuesta. Escriba una línea que empiece con P: "
        "y debajo otra que empiece con R:, o pegue una tabla con una columna de preguntas y "
        "otra de respuestas."
    ),
    "error.knowledge.reader_key": (
        "El lector de Jina necesita una clave. Ponga JINA_API_KEY, o agregue la página sin él."
    ),
    "error.knowledge.reader_refused": (
        "El lector de Jina no pudo leer la página. Agréguela sin él, o inténtelo más tarde."
    ),
    "error.knowledge.refresh_hours": (
        "Solo las páginas y los sitios se vuelven a leer solos, cada cierto número de horas; "
        "0 significa nunca."
    ),
    "error.knowledge.site_forbidden": (
        "El sitio pide en su robots.txt que los programas no lo lean."
    ),
    "error.knowledge.site_limits": (
        "Un sitio se sigue hasta 5 enlaces de profundidad y 200 páginas."
    ),
    "error.knowledge.text_empty": "Escriba o pegue el texto primero.",
    "error.knowledge.text_long": "El texto es demasiado largo. Divídalo.",
    "error.knowledge.text_title": "Póngale al texto un título de hasta 300 caracteres.",
    "error.knowledge.jina_answer": "La respuesta de Jina no se entiende. Se volverá a intentar.",
    "error.knowledge.jina_busy": "Jina pide ir más despacio. Se volverá a intentar.",
    "error.knowledge.jina_rights": (
        "La cuenta de Jina no puede usar este modelo. Revise sus permisos."
    ),
    "error.knowledge.jina_silent": "Jina no respondió. Se volverá a intentar.",
    "error.knowledge.jina_trouble": (
        "Jina tiene un problema en este momento. Se volverá a intentar."
    ),
    "error.knowledge.curated_answer": "Escriba la respuesta, en 4.000 caracteres como máximo.",
    "error.knowledge.curated_question": "Escriba la pregunta, en 300 caracteres como máximo.",
    "error.knowledge.few_pairs": "Guarde antes más preguntas con su fuente.",
    "error.knowledge.no_pairs": "Guarde primero algunas preguntas con el archivo que las responde.",
    "error.knowledge.pair_form": "Escriba la pregunta, en 1.000 caracteres como máximo.",
    "error.knowledge.passage_form": "Escriba el fragmento, en 8.000 caracteres como máximo.",
    "error.knowledge.rebuild_runs": "Esa base ya se está preparando otra vez.",
    "error.knowledge.rerank": "El servicio que reordena no respondió.",
    "error.knowledge.rerank_pause": "El servicio que reordena se deja descansar un momento.",
    "error.knowledge.rerank_refused": (
        "El servicio que reordena se negó. Revise JINA_RERANKER y JINA_API_KEY."
    ),
    "error.knowledge.same_model": "La base ya usa ese modelo.",
    "error.knowledge.tuning_range": "Los pesos y umbrales van de 0 a 1.",
    "error.knowledge.unknown_answer": "Esa respuesta ya no existe. Recargue la página.",
    "error.knowledge.unknown_pair": "Esa pregunta ya no existe. Recargue la página.",
    "error.knowledge.unknown_passage": (
        "Ese fragmento ya no existe: la fuente se leyó otra vez. Recargue la página."
    ),
}
