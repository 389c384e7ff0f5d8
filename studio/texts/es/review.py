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
    "pairs.title": "Comparar a ciegas",
    "pairs.help": (
        "Dos respuestas a las mismas palabras, en un orden al azar y sin decir de quién son. Alt y "
        "el número (en un Mac, Control y Alt) pulsan los botones."
    ),
    "pairs.which": "Qué se compara",
    "pairs.choose": "Elija qué se compara.",
    "pairs.none": "Todavía no hay experimentos con dos candidatos. Haga uno en Pruebas.",
    "pairs.done": "Ya comparó todas estas respuestas. Elija otro experimento.",
    "pairs.choose_first": "Elija qué respuesta es mejor, o ninguna.",
    "pairs.first": "Una",
    "pairs.second": "Otra",
    "pairs.first_better": "Es mejor la una",
    "pairs.second_better": "Es mejor la otra",
    "pairs.neither_better": "Ninguna",
    "pairs.so_far": "Cómo va hasta ahora",
    "pairs.result": (
        "{new} ganó {won} veces y {old} {lost}; ninguna, {neither}. {new} gana el {share} de las "
        "decididas (intervalo del 95 %: {low} a {high})."
    ),
    "pairs.verdict.too_few": "muy pocas para saberlo",
    "pairs.verdict.accident": "puede ser casualidad",
    "pairs.verdict.better": "mejor, y no es casualidad",
    "pairs.verdict.worse": "peor, y no es casualidad",
    "audit.answers labelled": "Calificó respuestas",
    "audit.label removed": "Quitó una calificación",
    "audit.answers compared": "Comparó dos respuestas",
}
