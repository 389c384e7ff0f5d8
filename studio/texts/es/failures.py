"""Why something failed, by code: deliveries (Twilio, Meta, Chatwoot), turns, hand-offs (Spanish).

English readers are shown the sentence that is stored with the code.
"""

_LATE = (
    "El cliente escribió por última vez hace más de 24 horas: WhatsApp solo admite ahora una "
    "plantilla aprobada. Envíela desde la consola del proveedor, o espere a que el cliente escriba."
)
_NUMBER = "WhatsApp no puede entregar a ese número de cliente."
_CHOSE = "WhatsApp decidió no entregar este mensaje a este cliente."
_STOPPED = "El cliente pidió no recibir más mensajes. No se le envía nada hasta que escriba ALTA."
_SANDBOX = "El cliente no se ha unido al entorno de pruebas (sandbox) o lo dejó."
_CONTENT = "WhatsApp no acepta este contenido. Escríbalo de otra forma."
_TEMPLATE = "La plantilla falta, está en pausa o se rellenó mal."
_TOO_LONG = "El texto es más largo de lo que WhatsApp admite en un mensaje."
_FILE = "El archivo no se puede enviar. Revise su dirección."
_SAME = "Quien envía y quien recibe son el mismo número."
_SENDER = "El número que envía no está bien configurado o está bloqueado. Revíselo en la consola."
_COUNTRY = "La cuenta no puede enviar a ese país."
_TOO_MANY = "Demasiados mensajes a la vez. Se vuelve a enviar más tarde."
_ITS_OWN = "WhatsApp tuvo un fallo propio. Se vuelve a enviar más tarde."
_LIMIT = "Se alcanzó el límite de la cuenta por hoy. Se vuelve a enviar más tarde."
_FULL = "La cola del proveedor está llena. Se vuelve a enviar más tarde."
_UNKNOWN = "El proveedor falló y no puede decir si lo aceptó. Se comprueba antes de repetir."
_PAYMENT = "Falta el método de pago de la cuenta o fue rechazado. Revíselo en la consola de Meta."
_POLICY = "Meta bloqueó la cuenta por incumplir sus normas. Revísela en la consola de Meta."
_QUALITY = (
    "Demasiados clientes bloquearon o denunciaron este número y WhatsApp lo frena. Revise su "
    "calidad en la consola de Meta antes de enviar otra vez."
)
_MARKETING = (
    "El cliente no quiere mensajes de promoción; las respuestas a lo que escribe sí llegan."
)
_TWILIO_KEYS = "Twilio no reconoce las credenciales. Revise TWILIO_ACCOUNT_SID y TWILIO_AUTH_TOKEN."
_TWILIO_NUMBER = (
    "Este número no envía WhatsApp en la cuenta de Twilio. Revise TWILIO_WHATSAPP_NUMBER."
)
_META_KEYS = "Meta no reconoce la clave de acceso o caducó. Revise META_ACCESS_TOKEN."
_META_RIGHTS = (
    "La clave de acceso no puede enviar desde este número. Dele el permiso "
    "whatsapp_business_messaging."
)
_META_LIST = "El número no está en la lista de receptores de prueba. Añádalo en la consola de Meta."
_META_NUMBER = "Este cliente ocultó su número y este mensaje no se puede enviar sin él."
_TOMORROW = "WhatsApp no entrega más mensajes así a este cliente hoy. Envíelo mañana."

_TWILIO: dict[str, tuple[int, ...]] = {
    _LATE: (63016,),
    _NUMBER: (63003, 63024, 21211, 21614),
    _CHOSE: (63032, 63033, 63049),
    _STOPPED: (21610,),
    _SANDBOX: (63015,),
    _CONTENT: (63005, 63013, 63021, 63030),
    _TEMPLATE: (63027, 63028, 63040, 63041, 63042, 21654, 21655, 21656),
    _TOO_LONG: (21617,),
    _FILE: (21620,),
    _SAME: (63031,),
    _TWILIO_KEYS: (20003, 20404),
    _TWILIO_NUMBER: (63007, 21606),
    _SENDER: (63001, 63020, 63051),
    _COUNTRY: (21408,),
    _TOO_MANY: (20429, 63017, 63018, 14107),
    _ITS_OWN: (63009, 63010, 63012, 63019, 30008, 20503),
    _LIMIT: (63038,),
    _FULL: (21611, 30001),
    _UNKNOWN: (20500, 30410),
}
_META: dict[str, tuple[int, ...]] = {
    _LATE: (131047,),
    _MARKETING: (131050,),
    _NUMBER: (131026,),
    _SAME: (131021,),
    _META_LIST: (131030,),
    _META_NUMBER: (131062,),
    _CHOSE: (130472,),
    _COUNTRY: (130497,),
    _TOMORROW: (131049,),
    _QUALITY: (131048,),
    _POLICY: (368,),
    _CONTENT: (100, 131008, 131009, 131051, 135000),
    _FILE: (131052, 131053),
    _TEMPLATE: (132000, 132001, 132005, 132007, 132012, 132015, 132016),
    _META_KEYS: (0, 190),
    _META_RIGHTS: (3, 10, 131005, *range(200, 300)),
    _SENDER: (131031, 131037, 131045, 133010),
    _PAYMENT: (131042,),
    _TOO_MANY: (4, 80007, 130429, 131056),
    _ITS_OWN: (2, 131000, 131016, 131057, 133004),
    _UNKNOWN: (1,),
}


def _by_code(channel: str, table: dict[str, tuple[int, ...]]) -> dict[str, str]:
    return {f"failure.{channel}.{code}": said for said, codes in table.items() for code in codes}


TEXTS: dict[str, str] = {
    **_by_code("twilio", _TWILIO),
    **_by_code("meta", _META),
    "failure.window": _LATE,
    "failure.opted_out": _STOPPED,
    "failure.taken_over": "Una persona tomó la conversación antes de que esto se enviara.",
    "failure.restored": (
        "Esperaba su envío cuando se hizo la copia de seguridad y quizá se envió después. Mire el"
        " teléfono del cliente o la consola del proveedor, y envíelo otra vez o descártelo."
    ),
    "failure.chatwoot.401": "Chatwoot no reconoce la clave. Revise CHATWOOT_API_TOKEN.",
    "failure.chatwoot.403": "Chatwoot no permite esto con esa clave. Revise CHATWOOT_API_TOKEN.",
    "failure.chatwoot.404": "Esa conversación ya no existe en Chatwoot.",
    "failure.chatwoot.422": "Chatwoot no acepta este mensaje. Escríbalo de otra forma.",
    "failure.chatwoot.429": _TOO_MANY,
    "failure.turn.model_timeout": "El modelo no respondió a tiempo.",
    "failure.turn.model_unreachable": "No se pudo llegar a la dirección del modelo.",
    "failure.turn.model_key": "El proveedor del modelo rechaza la clave.",
    "failure.turn.model_unknown": "El proveedor no conoce un modelo con ese nombre.",
    "failure.turn.model_rate_limit": "El proveedor del modelo recibió demasiadas peticiones.",
    "failure.turn.model_no_credit": (
        "La cuenta del proveedor del modelo no tiene saldo. Añada saldo o suba su límite de gasto"
        " en el proveedor, o elija otro modelo."
    ),
    "failure.turn.model_quota": (
        "Se agotó por ahora la cuota en el proveedor del modelo. Espere a que se renueve, amplíela"
        " en el proveedor, o elija otro modelo."
    ),
    "failure.turn.model_too_long": (
        "Las instrucciones y el mensaje del cliente son por sí solos más largos de lo que el modelo"
        " puede leer. Acorte las instrucciones, quite herramientas o elija un modelo que lea más."
    ),
    "failure.turn.model_error": "El proveedor del modelo falló.",
    "failure.turn.model_refused": "El proveedor del modelo rechazó la petición.",
    "failure.turn.model_rubbish": "No se pudo leer la respuesta del modelo.",
    "failure.turn.model_thought": (
        "El modelo gastó todo su espacio en pensar y no escribió respuesta. Dele más "
        "espacio (longitud máxima) o elija un modelo que piense menos."
    ),
    "failure.turn.model_length": (
        "La respuesta no cupo en la longitud máxima, tampoco con más espacio. Pida "
        "respuestas más cortas en las instrucciones o suba la longitud máxima."
    ),
    "failure.turn.model_filter": "El filtro de contenido del proveedor retuvo la respuesta.",
    "failure.turn.model_refusal": "El modelo se negó a responder.",
    "failure.turn.model_broken_off": "El proveedor cortó la respuesta a la mitad, dos veces.",
    "failure.turn.empty_reply": "El modelo respondió sin palabras.",
    "failure.turn.model_call": (
        "El modelo usó una herramienta de un modo que no se entiende, dos veces. Pruebe "
        "otro modelo."
    ),
    "failure.turn.ungrounded": (
        "El agente solo responde con lo que está en el conocimiento, y parte de la respuesta "
        "no estaba ahí, dos veces. Agregue lo que falta al conocimiento o quite «Solo lo que está "
        "en el conocimiento»."
    ),
    "failure.turn.model_unavailable": "El modelo no está disponible.",
    "failure.turn.call_limit": "El agente gastó las llamadas de un turno y se detuvo.",
    "failure.turn.limit_turns": "El cliente agotó los turnos de hoy (TURNS_A_DAY).",
    "failure.turn.limit_customer": (
        "Se gastó el dinero de hoy para este cliente (COST_CAP_CUSTOMER)."
    ),
    "failure.turn.limit_day": "Se gastó el dinero de hoy para todos los clientes (COST_CAP_DAY).",
    "failure.turn.media": "Nadie aquí pudo oír o ver lo que mandó; le atiende una persona.",
    "failure.turn.loop": "Puede que escriba una máquina; una persona tiene que mirar.",
    "failure.turn.attempts": "Varios intentos de responder acabaron sin respuesta.",
    "failure.turn.tool_loop": "El agente repetía la misma consulta y se detuvo.",
    "failure.turn.knowledge": "No se pudo consultar el conocimiento.",
    "failure.turn.agent": "El agente no pudo responder.",
    "failure.turn.unexpected": "Un fallo inesperado. El equipo técnico lo verá en los registros.",
    "error.said.A person owns this conversation.": "Una persona atiende esta conversación.",
    "error.said.No agent is released on this address.": (
        "Ningún agente está publicado en esta dirección."
    ),
}
