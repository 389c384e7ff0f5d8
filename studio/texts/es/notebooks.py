"""The words of the Notebooks page (Spanish)."""

TEXTS: dict[str, str] = {
    "notebooks.open_in": "Abrir en un cuaderno",
    "notebooks.made": "El cuaderno está listo.",
    "notebooks.go": "Ir al cuaderno →",
    "notebooks.about.conversation": "Conversación {id}",
    "notebooks.about.turn": "Turno {id}",
    "notebooks.title": "Cuadernos",
    "notebooks.help": (
        "Código y texto de Jupyter. Un cuaderno que se ejecuta aquí lo corre el servidor,"
        " encerrado: solo su carpeta y la API, con los permisos de quien lo manda, y con "
        "límites de memoria y de tiempo."
    ),
    "notebooks.not_here": (
        "En esta máquina no se ejecutan cuadernos: no puede encerrarlos (hace falta Linux"
        " 6.7 o más nuevo, con Landlock). Se pueden guardar, leer y ejecutar en Jupyter."
    ),
    "notebooks.no_right": (
        "Ejecutar código en el servidor es un derecho aparte. Lo da quien administra, en Equipo."
    ),
    "notebooks.upload": "Subir un cuaderno (.ipynb)",
    "notebooks.bad_file": "Ese archivo no es un cuaderno de Jupyter (nbformat 4, hasta 4 MB).",
    "notebooks.choose_first": "Elija primero un cuaderno.",
    "notebooks.empty": "Todavía no hay cuadernos. Suba uno, o guárdelo por la API.",
    "notebooks.origin.shipped": "viene con el producto",
    "notebooks.origin.saved": "guardado aquí",
    "notebooks.origin.opened": "abierto desde el estudio",
    "notebooks.next": "se ejecuta solo: {when}",
    "notebooks.by": "Guardado por {who}, {when}.",
    "notebooks.archive": "Archivar",
    "notebooks.archive_sure": (
        "¿Archivar {name}? Deja de ejecutarse solo; lo que ya hizo se conserva."
    ),
    "notebooks.parameters": "Parámetros (JSON)",
    "notebooks.parameters_help": (
        "Valores de la celda «parameters»; cámbielos para esta ejecución."
    ),
    "notebooks.parameters_bad": 'escriba un objeto de JSON, como {{"days": 7}}',
    "notebooks.run": "Ejecutar",
    "notebooks.schedule": "Que se ejecute solo",
    "notebooks.every": "Cada cuánto",
    "notebooks.every_bad": "elija de la lista",
    "notebooks.every.never": "nunca",
    "notebooks.every.day": "cada día",
    "notebooks.every.week": "cada semana",
    "notebooks.weekday": "Día (si es cada semana)",
    "notebooks.weekday_bad": "elija un día",
    "notebooks.day.0": "lunes",
    "notebooks.day.1": "martes",
    "notebooks.day.2": "miércoles",
    "notebooks.day.3": "jueves",
    "notebooks.day.4": "viernes",
    "notebooks.day.5": "sábado",
    "notebooks.day.6": "domingo",
    "notebooks.hour": "Hora",
    "notebooks.hour_bad": "escriba una hora de 0 a 23",
    "notebooks.minute": "Minuto",
    "notebooks.minute_bad": "escriba un minuto de 0 a 59",
    "notebooks.zone": "Zona horaria",
    "notebooks.zone_bad": "escriba una como America/Mexico_City",
    "notebooks.plan": "Guardar el horario (en mi nombre)",
    "notebooks.planned_done": "Guardado.",
    "notebooks.when": "Cuándo",
    "notebooks.who": "En nombre de",
    "notebooks.state": "Estado",
    "notebooks.took": "Costó",
    "notebooks.spent": "{seconds} s, {mb} MB",
    "notebooks.planned": "por horario",
    "notebooks.no_runs": "Todavía no se ha ejecutado.",
    "notebooks.unverified": "ejecutado fuera, sin verificar",
    "notebooks.see": "Ver",
    "notebooks.stop": "Detener",
    "notebooks.result": "Resultado del cuaderno",
    "notebooks.waiting": "Se está ejecutando; esta página se renueva sola.",
    "notebooks.state.waiting": "espera",
    "notebooks.state.running": "se ejecuta",
    "notebooks.state.done": "terminó",
    "notebooks.state.failed": "falló",
    "notebooks.state.stopped": "detenido",
    "notebooks.error.cell": "Una celda falló; está marcada en rojo.",
    "notebooks.error.too_long": "Tardó más de lo permitido.",
    "notebooks.error.died": "Terminó por sus límites de memoria o de procesador.",
    "notebooks.error.stopped": "Una persona lo detuvo.",
    "notebooks.error.interrupted": (
        "Quien lo ejecutaba se detuvo. Mire qué alcanzó a hacer y ejecútelo otra vez."
    ),
    "notebooks.error.no_right": "Su persona ya no puede ejecutar cuadernos.",
    "notebooks.error.unsealed": (
        "Esta máquina no puede encerrar un cuaderno, así que no se ejecutó."
    ),
    "notebooks.error.unreached": (
        "No se encontró la dirección de la API: el operador la indica con NOTEBOOK_API."
    ),
    "audit.notebook saved": "Guardó un cuaderno",
    "audit.notebook archived": "Archivó un cuaderno",
    "audit.notebook opened": "Abrió algo en un cuaderno",
    "audit.notebook run": "Mandó ejecutar un cuaderno",
    "audit.notebook run stopped": "Detuvo un cuaderno",
    "audit.notebook planned": "Programó un cuaderno",
    "audit.notebook unplanned": "Dejó de programar un cuaderno",
    "audit.notebook handed in": "Entregó un cuaderno ya ejecutado",
    "audit.notebook seen": "Vio el resultado de un cuaderno",
    "audit.token lent": "Un cuaderno recibió un token",
    "audit.may run notebooks": "Dejó a alguien ejecutar cuadernos",
    "audit.may not run notebooks": "Quitó a alguien el ejecutar cuadernos",
    "team.runs": "Dejar ejecutar cuadernos",
    "team.runs_not": "Quitar los cuadernos",
    "team.runs_badge": "ejecuta cuadernos",
    "team.runs_sure": (
        "¿Dejar que {who} ejecute cuadernos? Un cuaderno es código que corre en este "
        "servidor: lee lo que su persona puede leer por la API, y usa memoria y "
        "procesador."
    ),
    "error.MayNotRun": (
        "Ejecutar código en el servidor es un derecho aparte. Lo da quien administra, en Equipo."
    ),
}
