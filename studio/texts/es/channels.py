"""The words of the Channels page (Spanish)."""

TEXTS: dict[str, str] = {
    "channels.title": "Canales",
    "channels.answering": "Qué responde en cada número",
    "channels.providers": "Servicios conectados",
    "channels.channel": "Canal",
    "channels.address": "Número o dirección",
    "channels.version": "Responde",
    "channels.since": "Publicado",
    "channels.nothing_released": "Todavía no responde ningún agente. Publique uno desde Agentes.",
    "channels.nobody_answers": (
        "{channel}: todavía no responde ningún agente. Lo que escriban los clientes queda en la "
        "Bandeja. Escriba su marca, sus instrucciones y su conocimiento en un agente y publíquelo "
        "ahí (Agentes, Publicar)."
    ),
    "channels.held_back": "ejemplo: aquí calla",
    "channels.no_public_address": (
        "El bot no tiene dirección pública: ponga PUBLIC_BASE_URL en .env (por ejemplo "
        "https://bot.suempresa.com) y reinicie. Aquí aparecerán las direcciones que hay que "
        "pegar en cada servicio."
    ),
    "channels.state.real": "servicio real",
    "channels.state.stand_in": "sustituto de pruebas",
    "channels.state.not_set": "sin configurar",
    "channels.can.text": "{limit:,} caracteres por mensaje",
    "channels.can.window": "texto libre durante {hours:.0f} horas desde que escribió el cliente",
    "channels.can.templates": "después, plantillas aprobadas",
    "channels.can.buttons": "botones",
    "channels.can.forms": "formularios en una pantalla",
    "channels.can.typing": "muestra que se está escribiendo",
    "channels.can.desk": "con su propia mesa de atención",
    "channels.can.price": "{price} dólares por mensaje",
    "channels.can.no_price": "precio por mensaje desconocido aquí",
    "channels.check": "Comprobar",
    "channels.found": "Comprobación: {channel}",
    "error.said.Choose first from which number.": "Elija primero desde qué número.",
    "channels.test": "Mensaje de prueba",
    "channels.test_help": (
        "Sale por el mismo camino que una respuesta. WhatsApp solo lo entrega si esa persona "
        "escribió en las últimas 24 horas."
    ),
    "channels.from": "Desde",
    "channels.number": "Número que lo recibe",
    "error.said.Write a number of 8 to 15 digits, with the country code.": (
        "Escriba un número de 8 a 15 cifras, con el código de país."
    ),
    "channels.text": "Texto",
    "channels.test_text": "Mensaje de prueba de Agent Studio.",
    "channels.test_send": "Enviar prueba",
    "channels.sent": "En camino. En la conversación verá si se entregó o por qué no.",
    "channels.sent_look": "Ver la conversación →",
    "checkup.reach": "Alcance:",
    "checkup.signature": "Firma:",
    "checkup.forgery": "Falsificación:",
    "checkup.verification": "Verificación:",
    "checkup.credentials": "Credenciales:",
    "checkup.reach.ok": "el bot responde en su dirección.",
    "checkup.reach.unreachable": (
        "el bot no responde en su dirección. ¿Está arrancado? ¿Es correcta PUBLIC_BASE_URL?"
    ),
    "checkup.reach.refused": (
        "alguien delante del bot no deja pasar (HTTP {detail}). Revise el proxy."
    ),
    "checkup.reach.status": (
        "en esa dirección responde otra cosa (HTTP {detail}). Revise PUBLIC_BASE_URL."
    ),
    "checkup.signature.ok": "el bot acepta lo que está bien firmado.",
    "checkup.signature.not_set": "falta el secreto con el que se firma. Póngalo en .env.",
    "checkup.signature.unreachable": "el bot no respondió.",
    "checkup.signature.refused": (
        "el bot rechazó una llamada bien firmada (HTTP {detail}). El bot y el estudio tienen "
        "secretos o direcciones públicas distintas: reinicie ambos."
    ),
    "checkup.signature.status": "el bot contestó HTTP {detail}. Mire sus registros.",
    "checkup.forgery.refused": "lo que firma otro se rechaza, como debe ser.",
    "checkup.forgery.accepted": (
        "¡el bot aceptó una llamada con firma falsa (HTTP {detail})! No lo exponga a internet."
    ),
    "checkup.verification.ok": "el bot contesta a la pregunta de Meta.",
    "checkup.verification.not_set": "falta META_VERIFY_TOKEN en .env.",
    "checkup.verification.unreachable": "el bot no respondió.",
    "checkup.verification.refused": (
        "el bot no reconoce META_VERIFY_TOKEN (HTTP {detail}): reinícielo."
    ),
    "checkup.verification.status": "el bot contestó HTTP {detail}.",
    "checkup.credentials.ok": "el proveedor las reconoce.",
    "checkup.credentials.bot_token": (
        "el proveedor reconoce la clave de bot. Con una clave de usuario, además se recuperan"
        " mensajes perdidos."
    ),
    "checkup.credentials.not_set": "no hay credenciales en .env.",
    "checkup.credentials.unreachable": (
        "no se llega al proveedor desde aquí. Revise la dirección y la red."
    ),
    "checkup.credentials.refused": (
        "el proveedor no las acepta (HTTP {detail}). Cópielas de nuevo desde su consola."
    ),
    "checkup.credentials.status": (
        "el proveedor contestó HTTP {detail}. Revise la cuenta y la dirección en .env."
    ),
}
