"""The words of the Replays page (Spanish)."""

TEXTS: dict[str, str] = {
    "replays.title": "Repeticiones",
    "replays.help": (
        "Los trabajadores repiten conversaciones que ya pasaron, con sus pausas y sus archivos, y "
        "responde el borrador o la versión que usted elija. No se envía nada a nadie. Después se "
        "ve, lado a lado, qué habría sido distinto."
    ),
    "replays.version": "Quién responde ahora",
    "replays.days": "Últimos días",
    "replays.start": "Repetir",
    "replays.days_first": "Escriba cuántos días atrás: más de 0, 3660 a lo más.",
    "replays.empty": "Elija un agente y cuántos días atrás, y pulse Repetir.",
    "replays.played": "{asked} de {total} conversaciones repetidas",
    "replays.then": "Entonces",
    "replays.now": "Ahora",
    "replays.turns": "Turnos",
    "replays.handed": "Pasados con una persona",
    "replays.cost": "Costo",
    "replays.changed": "{changed} de {total} conversaciones son distintas",
    "replays.change.text": "otras palabras",
    "replays.change.outcome": "otro resultado",
    "replays.change.bursts": "otros mensajes juntos",
    "replays.change.handoff": "otro paso con una persona",
    "replays.conversation": "Conversación {number}: cambios en {count} partes",
    "replays.more": "Y {count} más: el cuaderno y la API las dan todas.",
    "replays.past": "Repeticiones anteriores",
    "replays.windows": "Espera entre mensajes",
    "replays.windows_help": (
        "Cuántos segundos de silencio se esperan antes de responder. Una espera larga junta los "
        "mensajes que son una sola idea; una corta responde antes. Se calcula con las horas en "
        "que escribieron sus clientes, sin preguntar a ningún modelo."
    ),
    "replays.try_windows": "Probar de 0 a 10 segundos",
    "replays.window.quiet": "Espera",
    "replays.window.turns": "Respuestas",
    "replays.window.twice": "A media idea",
    "replays.window.waited": "El cliente espera",
    "replays.window.cost": "Costo",
    "replays.suggested": "Sus clientes sugieren una espera de {seconds} segundos.",
    "replays.too_few": "Hay muy pocas conversaciones para sugerir una espera. Elija más días.",
    "replays.words": "Palabras, probadas en el pasado",
    "replays.words_help": (
        "Una palabra o frase por renglón. Se ve en qué turnos habría pasado con una persona, o no "
        "se habría enviado la respuesta. No se guarda nada."
    ),
    "replays.handoff_words": "Pasan con una persona",
    "replays.handoff_topics": "Temas que pasan con una persona",
    "replays.forbidden_topics": "Temas prohibidos en la respuesta",
    "replays.try_words": "Probar",
    "replays.words_first": "Escriba al menos una palabra para probar.",
    "replays.tried": "{count} de {total} turnos habrían sido distintos.",
    "replays.hit.when": "Cuándo",
    "replays.hit.asked": "El cliente escribió",
    "replays.hit.answered": "El agente respondió",
    "replays.hit.effect": "Qué habría pasado",
    "replays.effect.handed_over": "Pasa con una persona por «{word}»",
    "replays.effect.stopped": "La respuesta no se envía por «{word}»",
}
