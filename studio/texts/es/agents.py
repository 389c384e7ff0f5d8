"""The words of the Agents page (Spanish)."""

TEXTS = {
    "agents.title": "Agentes",
    "agents.new": "+ Nuevo agente",
    "agents.empty": "Todavía no hay agentes. Rellene el formulario y guarde para crear el primero.",
    "agents.new_help": (
        "Agente nuevo: póngale nombre, describa qué hace y cómo habla, y guárdelo. Nada llega "
        "a los clientes hasta que lo publique."
    ),
    "agents.tab_describe": "Describir",
    "agents.tab_release": "Publicar y versiones",
    "agents.save": "Guardar borrador",
    "agents.saved": "Borrador guardado. Los clientes siguen hablando con la versión publicada.",
    "agents.saved_by": "Guardado por {person}, {when}",
    "agents.save_first": "Guarde el borrador antes de continuar.",
    "agents.reload": "Recargar",
    "agents.duplicate": "Duplicar",
    "agents.archive": "Archivar",
    "agents.archive_sure": "¿Archivar «{name}»? Dejará de aparecer en la lista.",
    "agents.not_released": "Sin publicar",
    "agents.try": "Probarlo →",
    "agents.prompt": "Instrucciones que recibe el modelo",
    "agents.prompt_help": "Se arma sola con lo que escribe a la izquierda.",
    "agents.tones": "Ejemplos de tono",
    "agents.tones_help": "Elija uno y ajústelo.",
    "agents.advanced": "Avanzado",
    "agents.channel": "Canal",
    "agents.choose_channel": "Elija un canal.",
    "agents.address": "Dirección",
    "agents.address_help": "El número o identificador al que escriben los clientes.",
    "agents.note": "Nota",
    "agents.note_example": "Qué cambió y por qué",
    "agents.release": "Publicar el borrador",
    "agents.released": "Publicado. A partir de ahora responde esta versión.",
    "agents.no_versions": "Todavía no hay versiones. La primera se crea al publicar.",
    "agents.version": "Versión",
    "agents.released_on": "Responde en",
    "agents.release_this": "Publicar esta",
    "agents.release_this_sure": (
        "¿Publicar la versión {number} en el canal y la dirección de arriba?"
    ),
}
