"""The words of the Alerts page (Spanish)."""

TEXTS: dict[str, str] = {
    "alerts.title": "Avisos",
    "alerts.when": "Cuándo",
    "alerts.what": "Qué",
    "alerts.empty": (
        "Todavía no hay avisos. "
        "Llegan cuando un cuaderno avisa o falla, o cuando no se alcanza un criterio."
    ),
    "alerts.new": "nuevo",
    "alerts.read": "Leído hasta aquí",
    "alerts.open": "Abrir",
    "alerts.wishes": "Cómo quiere que le avisemos",
    "alerts.help": "Los correos esperan a sus horas. Lo que silencia no le llega por ningún medio.",
    "alerts.no_mail": "Aquí no hay servidor de correo: el operador lo indica con SMTP_HOST.",
    "alerts.keep": "Guardar",
    "alerts.kept": "Guardado.",
    "alerts.ways": "Por dónde",
    "alerts.ways_bad": "elija de la lista",
    "alerts.way.studio": "Aquí, en el estudio",
    "alerts.way.email": "Por correo",
    "alerts.muted": "Sin aviso de",
    "alerts.muted_bad": "elija de la lista",
    "alerts.kind.lab": "un cuaderno avisa",
    "alerts.kind.notebook": "un cuaderno falla",
    "alerts.kind.bar": "no se alcanza un criterio",
    "alerts.kind.knowledge": "una página dice mucho menos que antes",
    "alerts.opens": "Correos desde las (hora)",
    "alerts.opens_bad": "escriba una hora de 0 a 24",
    "alerts.closes": "hasta las (hora; igual: siempre)",
    "alerts.closes_bad": "escriba una hora de 0 a 24",
    "alerts.zone": "Zona horaria",
    "alerts.zone_bad": "escriba una como America/Mexico_City",
    "audit.alert raised": "Mandó un aviso",
    "audit.alert wishes": "Cambió cómo le avisamos",
}
