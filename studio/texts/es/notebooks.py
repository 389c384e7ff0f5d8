"""The words of the Notebooks page (Spanish)."""

TEXTS: dict[str, str] = {
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
