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
}
