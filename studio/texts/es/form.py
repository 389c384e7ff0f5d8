"""The words of the agent form: its fields, tones and complaints (Spanish)."""

TEXTS = {
    "agent.copy_of": "{name} (copia)",
    "agent.unnamed": "(sin nombre)",
    "agent.name": "Nombre",
    "agent.name.help": "Cómo se presenta.",
    "agent.brand": "Marca",
    "agent.brand.help": "En nombre de quién habla.",
    "agent.description": "Qué hace",
    "agent.description.help": "Una o dos frases: a quién atiende y para qué.",
    "agent.tone": "Tono",
    "agent.tone.help": "Cómo suena al escribir.",
    "agent.instructions": "Instrucciones",
    "agent.instructions.help": "Qué debe hacer siempre, qué nunca, y en qué orden.",
    "agent.languages": "Idiomas",
    "agent.languages.help": "Responde en el del cliente; si no se reconoce, en el primero.",
    "agent.greeting_es": "Saludo en español",
    "agent.greeting_es.help": "Para el primer mensaje.",
    "agent.greeting_en": "Saludo en inglés",
    "agent.greeting_en.help": "Para el primer mensaje.",
    "agent.greeting_pt": "Saludo en portugués",
    "agent.greeting_pt.help": "Para el primer mensaje.",
    "agent.fallback_es": "Si no puede responder, en español",
    "agent.fallback_es.help": "Lo que recibe el cliente si algo falla.",
    "agent.fallback_en": "Si no puede responder, en inglés",
    "agent.fallback_en.help": "Lo que recibe el cliente si algo falla.",
    "agent.fallback_pt": "Si no puede responder, en portugués",
    "agent.fallback_pt.help": "Lo que recibe el cliente si algo falla.",
    "agent.bases": "Bases de conocimiento",
    "agent.bases.help": "Dónde busca antes de responder. Se llenan en la página Conocimiento.",
    "agent.grounded_only": "Solo lo que está en el conocimiento",
    "agent.grounded_only.help": "Una frase que no está ahí no se envía.",
    "agent.tools": "Herramientas",
    "agent.tools.help": "Lo que puede hacer además de hablar.",
    "agent.model": "Modelo",
    "agent.model.help": "Vacío: el de la instalación.",
    "agent.temperature": "Variedad",
    "agent.temperature.help": "0 repite siempre lo mismo; 1 varía mucho.",
    "agent.quiet_seconds": "Espera (segundos)",
    "agent.quiet_seconds.help": "Silencio del cliente antes de responder a todo junto.",
    "agent.max_parts": "Mensajes por respuesta",
    "agent.max_parts.help": "Como máximo, si el texto es largo.",
    "agent.buttons": "Opciones que se tocan",
    "agent.buttons.help": (
        "Si el agente pregunta y da una lista corta, el cliente puede tocar la respuesta, donde el"
        " canal tenga botones."
    ),
    "agents.people": "Cuándo atiende una persona",
    "agent.handoff_words": "Frases con que se pide una persona",
    "agent.handoff_words.help": "Una por línea. Quien las escribe pasa con su equipo.",
    "agent.handoff_topics": "Temas que solo responde una persona",
    "agent.handoff_topics.help": (
        "Una palabra o frase por línea: demanda, devolución… Si el cliente la escribe, el agente "
        "no contesta y pasa la conversación."
    ),
    "agent.closing_es": "Al pasar con una persona, en español",
    "agent.closing_es.help": "Lo último que dice el agente.",
    "agent.closing_en": "Al pasar con una persona, en inglés",
    "agent.closing_en.help": "Lo último que dice el agente.",
    "agent.closing_pt": "Al pasar con una persona, en portugués",
    "agent.closing_pt.help": "Lo último que dice el agente.",
    "agent.after_fallbacks": "Fallos seguidos",
    "agent.after_fallbacks.help": "Tras tantos, pasa con una persona. 0: nunca por esto.",
    "agent.hand_back_after_hours": "Horas hasta volver al agente",
    "agent.hand_back_after_hours.help": (
        "Desde lo último que escribió su equipo. 0: solo cuando una persona la devuelve."
    ),
    "agent.has_hours": "El equipo tiene horario",
    "agent.has_hours.help": (
        "Fuera de él, el cliente se entera de cuándo le escribirán. Sin marcar: siempre hay "
        "alguien."
    ),
    "agent.timezone": "Zona horaria del equipo",
    "agent.timezone.help": "Elija la ciudad o escriba otra.",
    "agent.days": "Días que atiende el equipo",
    "agent.days.help": "Un turno de noche cuenta en el día en que empieza.",
    "agent.opens": "Atiende desde",
    "agent.opens.help": "Como 09:00",
    "agent.closes": "Atiende hasta",
    "agent.closes.help": "Como 18:00",
    "agent.away_es": "Fuera de horario, en español",
    "agent.away_es.help": "Donde ponga {{when}} dirá, por ejemplo, «mañana a partir de las 9:00».",
    "agent.away_en": "Fuera de horario, en inglés",
    "agent.away_en.help": "Donde ponga {{when}} dirá, por ejemplo, «tomorrow from 9:00».",
    "agent.away_pt": "Fuera de horario, en portugués",
    "agent.away_pt.help": "Donde ponga {{when}} dirá, por ejemplo, «amanhã a partir das 9:00».",
    "agent.bar": "Exigencias para publicar",
    "agent.bar.help": (
        "Una por línea, sobre sus pruebas u otro conjunto: «pasan >= 0.95 en garantía», «nada que "
        "pasaba falla», «injection = 1» (una puntuación o una etiqueta), «coste por turno <= 0.01»."
    ),
    "agent.forbidden_topics": "Temas prohibidos",
    "agent.forbidden_topics.help": "Uno por línea.",
    "day.mon": "Lun",
    "day.tue": "Mar",
    "day.wed": "Mié",
    "day.thu": "Jue",
    "day.fri": "Vie",
    "day.sat": "Sáb",
    "day.sun": "Dom",
    "tool.handoff": "Pasar con una persona",
    "tool.knowledge": "Volver a buscar en el conocimiento",
    "tone.warm.name": "Cercano",
    "tone.warm": (
        "Cercano y amable; tutea, usa frases cortas y algún emoji cuando el cliente también "
        "los usa."
    ),
    "tone.expert.name": "Experto",
    "tone.expert": (
        "Seguro y preciso, como quien conoce el oficio; explica el porqué sin tecnicismos."
    ),
    "tone.brief.name": "Breve",
    "tone.brief": "Directo: responde en una o dos frases y propone el siguiente paso.",
    "tone.formal.name": "Formal",
    "tone.formal": "Formal y respetuoso; trata de usted, sin emojis ni exclamaciones.",
    "field.required": "hace falta.",
    "field.too_long": "es demasiado largo (máximo {limit}).",
    "field.choose_one": "elija al menos uno.",
    "field.too_small": "es demasiado bajo (mínimo {limit}).",
    "field.too_big": "es demasiado alto (máximo {limit}).",
    "field.whole": "escriba un número entero.",
    "field.no_hour": "escriba una hora de 00:00 a 23:59, como 09:00 o 18:30.",
    "field.no_criterion": (
        "no se entiende. Escriba una exigencia por línea, como «pasan >= 0.95 en garantía» o «nada "
        "que pasaba falla»; una parte o puntuación va de 0 a 1"
    ),
    "field.no_zone": (
        "no es una zona horaria. Elija una de la lista o escriba una como America/Mexico_City."
    ),
    "field.no_day": "elija entre los siete días de la semana (en un archivo: mon, tue … sun).",
    "field.not_valid": "no es un valor válido.",
}
