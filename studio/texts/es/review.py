"""The words of the Review page (Spanish)."""

TEXTS: dict[str, str] = {
    "review.title": "Revisar",
    "review.help": (
        "Diga de cada respuesta si fue correcta. Alt y el número (en Mac, Control y Alt) "
        "pulsan los botones. Lo que usted dice llega a los cuadernos y a las pruebas."
    ),
    "review.agent": "Agente",
    "review.every": "Todos",
    "review.kind": "Cuáles",
    "review.kind.newest": "las últimas",
    "review.kind.misses": "donde no encontró nada",
    "review.kind.doubt": "donde hay dudas o desacuerdo",
    "review.kind.random": "al azar",
    "review.asked": "El cliente escribió",
    "review.answered": "El agente respondió",
    "review.comment": "Comentario",
    "review.better": "Lo que debió responder",
    "review.right": "Correcta",
    "review.wrong": "Incorrecta",
    "review.unsure": "No lo sé",
    "review.empty": (
        "No queda ninguna respuesta por revisar aquí. Elija otro agente u otras respuestas."
    ),
    "review.choose_first": "Elija si fue correcta, incorrecta, o si no lo sabe.",
    "review.agreed": (
        "Dos personas coincidieron en {agreed} de {pairs} respuestas (kappa {kappa})."
    ),
    "review.agreed_few": (
        "Dos personas coincidieron en {agreed} de {pairs} respuestas; con menos de diez eso "
        "no dice nada."
    ),
    "audit.answers labelled": "Calificó respuestas",
    "audit.label removed": "Quitó una calificación",
    "audit.answers compared": "Comparó dos respuestas",
}
