"""The words about undelivered messages (Spanish)."""

TEXTS: dict[str, str] = {
    "undelivered.title": "No entregados",
    "undelivered.help": (
        "Respuestas que no llegaron al cliente. Decida en cada una: enviarla otra vez o "
        "descartarla."
    ),
    "undelivered.count": "{count} por decidir",
    "undelivered.empty": "Todo se ha entregado. Aquí aparecerá lo que no llegue, con el motivo.",
    "undelivered.when": "Cuándo",
    "undelivered.customer": "Cliente",
    "undelivered.text": "Mensaje",
    "undelivered.why": "Por qué",
    "undelivered.do": "",
    "undelivered.retry": "Enviar otra vez",
    "undelivered.dismiss": "Descartar",
    "undelivered.dismiss_sure": "¿Descartar este mensaje? El cliente no lo recibirá.",
    "error.said.Somebody has dealt with this already.": "Otra persona ya lo resolvió.",
    "failure.code": "El proveedor no lo aceptó (código {code}).",
    "failure.unknown": "Aún no se sabe si el proveedor lo aceptó.",
}
