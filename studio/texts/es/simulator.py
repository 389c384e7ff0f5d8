"""The words of the Simulator (Spanish)."""

TEXTS = {
    "simulator.title": "Simulador",
    "simulator.help": (
        "Un WhatsApp de prueba: escriba como cliente y responderá el agente publicado, por el "
        "mismo camino que un mensaje real."
    ),
    "simulator.customer": "Número del cliente",
    "simulator.customer_help": "Otro número es otra conversación.",
    "simulator.clear": "Vaciar la pantalla",
    "simulator.attach": "Adjuntar",
    "simulator.placeholder": "Mensaje",
    "simulator.empty": "Escriba un mensaje, por ejemplo: «Hola, ¿en qué me pueden ayudar?»",
    "simulator.file_first": "Elija primero un archivo.",
    "simulator.file_big": "El archivo pesa más de 16 MB, lo más que WhatsApp admite.",
    "simulator.write_first": "Escriba primero un mensaje.",
    "simulator.number": "Escriba un número de 8 a 15 cifras.",
    "simulator.not_running": "El simulador no responde. Arranque todo con «make run».",
    "simulator.bot_down": "El bot no aceptó el mensaje. Arranque todo con «make run».",
    "simulator.real": (
        "Twilio está conectado de verdad: escriba desde un teléfono al número del agente."
    ),
}
