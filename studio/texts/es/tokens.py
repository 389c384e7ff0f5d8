"""The words of the API tokens on the Team page (Spanish)."""

TEXTS: dict[str, str] = {
    "tokens.tab": "Claves de la API",
    "tokens.help": (
        "Con una clave sus propios programas usan la API HTTP en su nombre, con su permiso o uno"
        " menor. Cree una para cada programa y retírela cuando ya no la necesite."
    ),
    "tokens.name": "Para qué es",
    "tokens.name_example": "Mi cuaderno",
    "tokens.name_first": "Escriba primero para qué es la clave.",
    "tokens.role": "Puede hacer",
    "tokens.until": "Hasta",
    "tokens.days": "{days} días",
    "tokens.make": "Crear clave",
    "tokens.once": "Cópiela ahora y guárdela como una contraseña: no se vuelve a mostrar.",
    "tokens.created": "Creada",
    "tokens.used": "Último uso",
    "tokens.never": "nunca",
    "tokens.empty": "Todavía no hay claves.",
    "tokens.revoke": "Retirar",
    "tokens.revoke_theirs_sure": (
        "¿Retirar {name}, de {who}? Los programas de esa persona que la usan se quedan sin acceso."
    ),
    "tokens.revoke_sure": "¿Retirar {name}? Los programas que la usan se quedan sin acceso.",
    "tokens.lame.expired": "caducada",
    "tokens.lame.owner_out": "su dueño no tiene acceso",
    "tokens.lame.password": "su dueño tiene que elegir contraseña",
    "audit.token made": "Creó una clave de la API",
    "audit.token revoked": "Retiró una clave de la API",
    "error.said.A token may do no more than its owner. Choose a lesser role.": (
        "Una clave no puede más que su dueño. Elija un permiso menor."
    ),
    "error.said.Give the token a name of 1 to 80 characters.": (
        "Escriba para qué es la clave, con 80 caracteres como mucho."
    ),
    "error.said.A token holds for one of these numbers of days: 7, 30, 90, 365.": (
        "Elija hasta cuándo vale: 7, 30, 90 o 365 días."
    ),
    "error.said.You have 20 tokens. Revoke one that you no longer need.": (
        "Ya tiene 20 claves. Retire una que no necesite."
    ),
}
