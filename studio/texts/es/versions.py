"""The words about versions: differences, checks before a release, files (Spanish)."""

TEXTS: dict[str, str] = {
    "release.replaces": "Ahora responde ahí {name}: dejará de hacerlo.",
    "release.wrote": "En las últimas 24 horas le escribieron {count} cliente(s).",
    "release.quiet": "Nadie le escribió en las últimas 24 horas.",
    "check.no_price": (
        "No se conoce el precio de {model}: "
        "en los topes de gasto, un millón de tokens cuenta como {dollars} US$."
    ),
    "check.title": "Antes de publicar",
    "check.bar_missed": (
        "No llega a «{criterion}»: es {value}. Corrija el agente y repita el experimento."
    ),
    "check.bar_fails_now": (
        "No cumple «{criterion}»: fallan {value} que antes pasaban ({detail}). Corríjalas y repita "
        "el experimento."
    ),
    "check.bar_not_compared": (
        "«{criterion}» necesita que la versión que responde ahora esté en un experimento con los "
        "mismos casos. Haga uno con las dos en Pruebas."
    ),
    "check.bar_never": "«{criterion}» nunca se ha medido. Haga un experimento en Pruebas.",
    "check.bar_no_dataset": (
        "«{criterion}» nombra un conjunto de casos que este agente no tiene. Créelo o corrija el "
        "nombre en Avanzado."
    ),
    "check.bar_spec": (
        "«{criterion}» no tiene un experimento de este borrador tal como está: los últimos eran de "
        "otro. Haga uno en Pruebas."
    ),
    "check.bar_dataset": (
        "La evidencia de «{criterion}» ya no vale: los casos han cambiado desde entonces. Repita "
        "el experimento en Pruebas."
    ),
    "check.bar_knowledge": (
        "La evidencia de «{criterion}» ya no vale: el conocimiento ha cambiado desde entonces. "
        "Repita el experimento en Pruebas."
    ),
    "check.bar_part": (
        "«{criterion}» se midió solo en algunos casos. Haga el experimento con todos en Pruebas."
    ),
    "check.bar_no_score": (
        "«{criterion}» no nombra ninguna puntuación del experimento ni etiqueta de sus casos. "
        "Puntúelo o corrija el nombre en Avanzado."
    ),
    "check.bar_client": (
        "«{criterion}» solo tiene puntuaciones hechas en un cuaderno. Un administrador puede hacer "
        "que cuenten, en Equipo."
    ),
    "bar.title": "Exigencias",
    "bar.met": "Se cumple",
    "bar.not_met": "No se cumple",
    "bar.overridden": "Publicado pese a sus exigencias por {person}: {sentence}",
    "bar.notebooks": "Cuadernos",
    "bar.verified": "verificado: lo ejecutó un trabajador de aquí",
    "bar.not_verified": "sin verificar",
    "bar.sentence": "Por qué se publica aunque no cumple sus exigencias",
    "bar.sentence_help": "Solo administradores. La frase queda con la versión y en el registro.",
    "bar.say_why": "Escriba en una frase por qué se publica aunque no cumple sus exigencias.",
    "bar.override": "Publicar pese a sus exigencias",
    "share.title": "Para una parte de los clientes",
    "share.some": "Publicar para una parte de los clientes",
    "share.help": (
        "Cada cliente se queda siempre en su lado. Los demás siguen con la versión que responde "
        "ahora, y los resultados de ambos se comparan aquí cada minuto."
    ),
    "share.part": "Parte de los clientes (%)",
    "share.after": "Decidir solo tras tantos clientes",
    "share.after_help": (
        "0: decide una persona. Si no, se retira si a sus clientes les fue peor o no cumple sus "
        "exigencias; en otro caso pasa a todos."
    ),
    "share.release": "Publicar para esa parte",
    "share.how_many": "Escriba qué parte de los clientes la verá, entre 1 y 99 %.",
    "share.began": "{label} responde ahora a {part} de los clientes; a los demás, la de antes.",
    "share.head": "v{number} para {part} de los clientes",
    "share.settles": "decide solo tras {count} clientes",
    "share.not_yet": "Todavía no hay nada que comparar: se mira cada minuto.",
    "share.old": "La de antes ({count} clientes)",
    "share.new": "La nueva ({count} clientes)",
    "share.difference": "Diferencia (95 %)",
    "share.resolved": "Resueltos sin una persona",
    "share.handed_over": "Pasados a una persona",
    "share.fallback": "Sin respuesta del agente",
    "share.cost": "Coste por cliente",
    "share.verdict.too_few": "muy pocos para saberlo",
    "share.verdict.same": "igual",
    "share.verdict.accident": "puede ser casualidad",
    "share.verdict.better": "mejor, y no es casualidad",
    "share.verdict.worse": "peor, y no es casualidad",
    "share.promote": "Pasar a todos los clientes",
    "share.sure": "¿La v{number} responderá a todos los clientes?",
    "share.withdraw": "Retirar",
    "share.state.running": "en marcha",
    "share.state.promoted": "pasó a todos",
    "share.state.withdrawn": "retirada",
    "share.state.replaced": "sustituida por otra publicación",
    "check.clean": "Todo en orden: nada falta ni se contradice.",
    "check.error": "Impide publicar",
    "check.warning": "Conviene mirar",
    "check.blocked": (
        "Todavía no se puede publicar: hay algo que lo impide. Está en rojo, con lo que hay que "
        "hacer."
    ),
    "check.ask": "Léalo y pulse «Publicar de todos modos» si está de acuerdo.",
    "check.model_unknown": (
        "No existe el modelo «{model}». En Avanzado escriba openai:NOMBRE, openrouter:NOMBRE u "
        "offline, o déjelo vacío."
    ),
    "check.key_missing": (
        "Falta la clave {name}. Pídala a quien administra la instalación, o deje vacío el modelo."
    ),
    "check.sample_live": (
        "{brand} es la empresa inventada de un agente de ejemplo, y los clientes de verdad no "
        "deben recibir nada de ella. Escriba en el agente su propia marca, sus instrucciones y su "
        "conocimiento, y publíquelo."
    ),
    "check.offline_live": (
        "El modelo integrado no atiende clientes de verdad en un número real. Ponga la clave de "
        "un modelo (OPENAI_API_KEY u OPENROUTER_API_KEY)."
    ),
    "check.base_gone": (
        "Una de sus bases de conocimiento ya no existe. Ábralo, revise las bases marcadas y guarde."
    ),
    "check.knowledge_none": (
        "Solo puede decir lo que está en su conocimiento, y no tiene ninguno. Dele una base o "
        "desmarque «Solo lo que está en el conocimiento»."
    ),
    "check.base_empty": "La base «{base}» está vacía. Suba algo en Conocimiento o quítela.",
    "check.base_unfinished": (
        "La base «{base}» todavía está leyendo {n}. Espere a que termine, o publique y lo sabrá "
        "después."
    ),
    "check.base_failed": (
        "En la base «{base}» hay fuentes que no se pudieron leer ({n}). Mírelas en Conocimiento."
    ),
    "check.base_noticed": (
        "En la base «{base}» hay fuentes de las que no se pudo conservar todo: {sources}. Mire en "
        "Conocimiento qué falta."
    ),
    "check.table_empty": (
        "La herramienta «{tool}» busca en una tabla, pero sus bases no tienen ninguna. Suba un "
        "Excel o CSV, o quítele esa herramienta."
    ),
    "check.tool_example": (
        "Un ejemplo de la herramienta «{tool}» no sale: con {given} da: {got}. Corrija la fórmula "
        "o el ejemplo."
    ),
    "check.handoff_promised": (
        "Las instrucciones prometen una persona («{words}»), pero no puede pasar con nadie. "
        "Active la herramienta «Pasar con una persona»."
    ),
    "check.handoff_none": (
        "El cliente no tiene manera de pedir una persona. Active «Pasar con una persona» o "
        "escriba palabras que la pidan."
    ),
    "check.greeting_language": (
        "Tiene un saludo en {language}, pero no habla ese idioma. Márquelo en Idiomas o borre el "
        "saludo."
    ),
    "check.fallback_missing": (
        "Habla {language}, pero si falla se disculpará en otro idioma. Escriba ese texto."
    ),
    "check.instructions_none": (
        "No tiene instrucciones. Dígale al menos qué debe hacer siempre y qué nunca."
    ),
    "check.tone_none": "No tiene tono. Elija uno de los ejemplos.",
    "check.tone_contradicts": (
        "En un sitio le pide tutear y en otro tratar de usted. Deje uno solo."
    ),
    "check.emoji_contradicts": "En un sitio le pide emojis y en otro que no los use.",
    "check.secret": (
        "En los textos hay algo que parece una clave secreta. Quítela: los textos se envían al "
        "modelo y se exportan."
    ),
    "check.wait_contradicts": (
        "La espera de silencio es más larga que la espera máxima. Baje la espera."
    ),
    "check.topic_contradicts": (
        "«{topic}» es un tema prohibido, pero las instrucciones hablan de él."
    ),
    "check.away_missing": (
        "Habla {language}, pero fuera de horario avisará en otro idioma. Escriba ese texto en "
        "Avanzado."
    ),
    "check.away_when": (
        "El texto de fuera de horario en {language} no dice cuándo escribirán. Ponga {{when}} "
        "donde deba ir la hora."
    ),
    "check.hours_all_day": (
        "El equipo atiende desde las {hour} hasta las {hour}: eso cuenta como el día entero. "
        "Corrija una de las dos horas si no es así."
    ),
    "check.topic_twice": (
        "«{topic}» es un tema prohibido y también uno que responde una persona: la conversación "
        "pasará con su equipo. Deje uno solo."
    ),
    "version.title": "Versiones",
    "version.released": "Publicado: ahora responde {label}.",
    "version.draft_changes": "Qué cambiaría el borrador",
    "version.changes": "Qué cambió",
    "version.restore": "Traer al borrador",
    "version.restore_sure": (
        "¿Poner la versión {number} en el borrador? Lo que hay ahora en el borrador se sustituye."
    ),
    "version.first": "Es la primera versión: no hay otra con que compararla.",
    "version.draft_since": "El borrador, frente a la versión {number}",
    "version.between": "La versión {number}, frente a la {before}",
    "version.same": "No cambia nada.",
    "version.tests": (
        "Este borrador pasó {passed} de {total} pruebas; quedará escrito en la versión."
    ),
    "version.tests_short": "{passed} de {total} pruebas",
    "version.yes": "sí",
    "version.no": "no",
    "version.field.fallback.pt": "Si no puede responder, en portugués",
    "version.field.greeting.es": "Saludo en español",
    "version.field.greeting.en": "Saludo en inglés",
    "version.field.greeting.pt": "Saludo en portugués",
    "version.field.fallback.es": "Si no puede responder, en español",
    "version.field.fallback.en": "Si no puede responder, en inglés",
    "version.field.model.max_tokens": "Largo máximo (tokens)",
    "version.field.model.timeout_seconds": "Espera máxima del modelo (segundos)",
    "version.field.knowledge.top_k": "Pasajes que se leen",
    "version.field.knowledge.hybrid": "Buscar por palabras y por sentido",
    "version.field.guard.max_input_characters": "Caracteres que se leen del cliente",
    "version.field.handoff.message.es": "Al pasar con una persona, en español",
    "version.field.handoff.message.en": "Al pasar con una persona, en inglés",
    "version.field.handoff.message.pt": "Al pasar con una persona, en portugués",
    "version.field.conversation.longest_wait_seconds": "Espera máxima (segundos)",
    "version.field.conversation.history_messages": "Mensajes que recuerda",
    "version.field.budget.model_calls": "Llamadas al modelo por respuesta",
    "version.field.budget.tool_calls": "Usos de herramientas por respuesta",
    "known.title": "Lo que los clientes oirán por primera vez",
    "known.new": "{name}: es nueva",
    "known.changed": "{name}: dice otra cosa",
    "known.unread": "{name}: en cuanto se lea",
    "known.more": "… y {count} más",
    "carry.large": "Ese archivo es demasiado grande para ser un agente.",
    "carry.yaml": "Ese archivo no se puede leer. Elija el que se descargó con «Exportar».",
    "carry.other": (
        "Ese archivo no es un agente de este estudio. Elija el que se descargó con «Exportar»."
    ),
    "carry.field": (
        "El campo «{field}» de ese archivo no se puede usar. Corríjalo o exporte otra vez "
        "el agente."
    ),
    "version.field.handoff.office_hours.away.pt": "Fuera de horario, en portugués",
}
