"""The words of the Playground (Spanish)."""

TEXTS = {
    "playground.title": "Probar",
    "playground.agent": "Agente",
    "playground.version": "Versión",
    "playground.draft": "Borrador",
    "playground.placeholder": "Escriba como lo haría un cliente…",
    "playground.reset": "Reiniciar",
    "playground.empty": "Elija un agente y escríbale. Nada de esto llega a un cliente.",
    "playground.why": "Por qué respondió eso",
    "playground.why_empty": (
        "Aquí verá los pasajes, las herramientas, el costo y las instrucciones de cada respuesta."
    ),
    "playground.write_first": "Escriba primero un mensaje.",
    "playground.choose_first": "Elija primero un agente.",
    "playground.see_why": "Por qué",
    "playground.correct": "Corregir",
    "playground.keep_case": "Guardar como prueba",
    "playground.kept": "Guardada ✓",
    "playground.beside": "Comparar con",
    "playground.live": "publicada",
    "playground.simulate": "Simular:",
    "playground.burst": "Ráfaga",
    "playground.voice": "Nota de voz",
    "playground.language": "Otro idioma",
    "playground.angry": "Cliente enojado",
    "playground.question": "Cuando pregunten",
    "playground.answer": "Responder",
    "playground.answer_help": "Se guarda en su base de conocimiento y se usará primero.",
    "playground.cancel": "Cancelar",
    "playground.save_answer": "Guardar respuesta",
    "playground.corrected": "Guardada. Pregunte otra vez y verá la respuesta corregida.",
    "playground.answer_first": "Escriba la pregunta y la respuesta.",
    "playground.no_base": (
        "Este agente no tiene base de conocimiento donde guardar la respuesta. Dele una en Agentes."
    ),
    "said.hello": "Hola",
    "said.burst": "Hola, buenas tardes\nuna pregunta\n¿cuánto cuesta y cuánto tarda?",
    "said.voice": (
        "eh hola buenas mire es que le quería preguntar este a ver si me puede decir más o "
        "menos cuánto cuesta y si hacen envíos porque ando en la calle y no puedo escribir "
        "gracias"
    ),
    "said.language": "Hi! Do you speak English? How much is it and how long does it take?",
    "said.angry": (
        "Es la TERCERA vez que escribo y nadie me resuelve nada. Son unos informales, "
        "quiero mi dinero de vuelta YA"
    ),
}
