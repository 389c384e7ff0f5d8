"""The words around the pages: names, sign-in, roles, errors (Spanish)."""

TEXTS = {
    "product": "Agent Studio",
    "language.name": "Español",
    "sign_out": "Salir",
    "done": "Listo",
    "send": "Enviar",
    "remove": "Quitar",
    "earlier": "← Anteriores",
    "later": "Siguientes →",
    "newer": "← Más recientes",
    "older": "Más antiguas →",
    "role.viewer": "solo ver",
    "role.agent": "atención",
    "role.editor": "edición",
    "role.admin": "administración",
    "language.es": "Español",
    "language.en": "Inglés",
    "language.pt": "Portugués",
    "language.fr": "Francés",
    "language.de": "Alemán",
    "language.it": "Italiano",
    "language.ca": "Catalán",
    "language.nl": "Neerlandés",
    "language.zh": "Chino",
    "language.ja": "Japonés",
    "language.ar": "Árabe",
    "author.customer": "Cliente",
    "author.agent": "Agente",
    "author.human": "Equipo",
    "author.installation": "instalación",
    "author.api": "API",
    "author.api key": "clave de API_KEYS",
    "author.installation token": "API (clave de esta máquina)",
    "author.system": "Sistema",
    "strip.model": "Modelo",
    "strip.embeddings": "Búsqueda",
    "strip.whatsapp": "WhatsApp",
    "strip.database": "Datos",
    "strip.index": "Índice",
    "strip.away": "no responde",
    "strip.away_why": (
        "Chroma no responde: los agentes buscan solo por palabras, no por significado, y no se lee "
        "nada nuevo. Las líneas de `make run`, o chroma.log en DATA_DIR, dicen por qué"
    ),
    "strip.reading": "Archivos",
    "strip.unsealed": "sin aislar",
    "strip.unsealed_why": (
        "El sistema no tiene Landlock (Linux 5.13 o posterior): un archivo dañino que se apodere "
        "de su lector podría leer otros archivos de este equipo. Se leen con los demás límites. "
        "Avise a quien lo administra"
    ),
    "strip.offline": "integrado",
    "strip.meaning": "por significado (integrada)",
    "strip.words": "solo por palabras",
    "strip.simulator": "simulador",
    "strip.real": "Servicio real",
    "strip.stand_in": "Sustituto integrado: se cambia al poner la clave en .env",
    "login.title": "Entrar",
    "login.help": (
        "Con su correo y su contraseña. Si la olvidó, quien administra el estudio le da otra."
    ),
    "login.email": "Correo",
    "login.password": "Contraseña",
    "login.enter": "Entrar",
    "login.WrongPassword": "El correo o la contraseña no son correctos.",
    "login.ExpiredPassword": (
        "Esa contraseña de un solo uso ya caducó. Pida otra a quien administra el estudio."
    ),
    "login.TooManyAttempts": (
        "Demasiados intentos. Espere {seconds} segundos y vuelva a probar, o entre desde un equipo"
        " donde ya haya entrado."
    ),
    "login.WeakPassword": (
        "Use al menos 12 caracteres que no sean una contraseña común ni su nombre."
    ),
    "login.Invalid": "Elija una contraseña distinta de la actual.",
    "password.title": "Elija su contraseña",
    "password.help": "Al menos 12 caracteres. Una frase corta funciona bien.",
    "password.current": "Contraseña actual (o la de un solo uso)",
    "password.new": "Contraseña nueva",
    "password.save": "Guardar y entrar",
    "error.title": "No se pudo",
    "error.fields": "Revise los campos.",
    "error.in_use": "Ya la usan también: {agents}. Quítela desde la lista como está ahora.",
    "error.not_allowed": "Su cuenta no puede hacer esto: hace falta el permiso de {role}.",
    "error.too_many": "Demasiados intentos. Espere {seconds} segundos y vuelva a probar.",
    "error.AgentError": "Algo no salió bien. Vuelva a intentarlo.",
    "error.NotFound": "Eso ya no existe. Recargue la página.",
    "error.Invalid": "Esos valores no se pueden usar.",
    "error.EditConflict": (
        "Otra persona guardó cambios desde que abrió este agente. Lo que escribió sigue aquí: "
        "cópielo, pulse «Recargar» y vuelva a hacer su cambio."
    ),
    "error.NotReleased": "Ningún agente está publicado en esa dirección.",
    "error.ModelUnavailable": "El modelo no respondió. Pruebe de nuevo en un momento.",
    "error.said.This agent answers on a channel. Release another one there first.": (
        "Este agente responde en un canal. Publique antes otro en ese canal."
    ),
    "error.said.This agent is put away. Take it back before you release it.": (
        "Este agente está archivado. Recupérelo antes de publicarlo."
    ),
    "error.said.There is no agent by that id.": "Ese agente ya no existe. Recargue la página.",
    "error.said.There is no version by that id.": "Esa versión no existe. Recargue la página.",
    "error.said.There is no conversation by that number.": "Esa conversación no existe.",
    "error.said.Write something first.": "Escriba algo primero.",
    "error.said.Choose a channel out of twilio, meta, chatwoot, api, web, and its address.": (
        "Elija un canal y escriba su dirección."
    ),
    "refused.unfit": "La página envió algo que aquí no cabe. Recárguela y vuelva a intentarlo.",
    "refused.file": "Ese archivo ya no está a la mano. Vuelva a elegirlo.",
    "refused.large": "Eso es demasiado grande para enviarlo de una vez. Envíe menos.",
    "refused.slow": "Lo que envió tardó demasiado en llegar. Vuelva a intentarlo.",
    "unsaved.sure": "Hay cambios sin guardar. ¿Seguir y perderlos?",
    "panic.stop": "Detener a todos los agentes",
    "panic.stop_sure": (
        "¿Detener a TODOS los agentes? Ningún cliente recibirá respuesta automática hasta que"
        " los reanude; lo que escriban se guarda."
    ),
    "panic.on": (
        "Todos los agentes están detenidos desde {when} ({who}). Lo que escriben los clientes"
        " se guarda y espera."
    ),
    "panic.resume": "Reanudar",
    "panic.resume_sure": "¿Reanudar a los agentes? Responderán a lo que quedó esperando.",
    "error.said.Somebody has to stay an administrator. Name another one first.": (
        "Alguien tiene que quedar en administración. Nombre antes a otra persona."
    ),
    "error.said.Somebody with that e-mail address is here already.": (
        "Ya hay una persona con ese correo."
    ),
    "error.said.There is nobody with that e-mail address.": "No hay nadie con ese correo.",
    "error.said.That note is too long. Shorten it.": "La nota es demasiado larga. Acórtela.",
    "error.AlreadyTaken": (
        "Esta conversación la tiene {person}. Hable con esa persona o tómela usted antes."
    ),
}
