"""The words about test cases and how an agent does on them (Spanish)."""

TEXTS: dict[str, str] = {
    "evaluate.title": "Pruebas",
    "evaluate.question": "Pregunta",
    "evaluate.question_example": "¿Cuánto tarda el envío a Oaxaca?",
    "evaluate.question_first": "Escriba primero la pregunta.",
    "evaluate.expected": "La respuesta debe decir",
    "evaluate.expected_help": "Un dato por línea. Escriba handoff si debe pasar con una persona.",
    "evaluate.source": "Y citar",
    "evaluate.source_help": "El archivo o la página de donde debe tomarlo.",
    "evaluate.any_source": "Cualquiera",
    "evaluate.add": "Añadir prueba",
    "evaluate.add_first": (
        "Este agente no tiene pruebas. Añada una, o guárdela desde Probar con un clic."
    ),
    "evaluate.expects": "Espera",
    "evaluate.cites": "cita {source}",
    "evaluate.handoff": "pasa con una persona",
    "evaluate.any_answer": "que responda",
    "evaluate.cases": "Casos de prueba ({count})",
    "evaluate.empty": (
        "Todavía no hay pruebas. Escriba una pregunta de cliente y lo que la respuesta debe"
        " decir; o guárdela desde Probar con un clic."
    ),
    "evaluate.remove_sure": "¿Quitar esta prueba?",
    "evaluate.run": "Pasar las pruebas",
    "evaluate.run_help": (
        "Se hace cada pregunta al borrador o a la versión elegida, por el mismo camino que "
        "un cliente. Al publicar ese borrador, el resultado queda escrito en la versión."
    ),
    "evaluate.passed": "{passed} de {asked} bien (de {total})",
    "evaluate.cost": "Costo: {cost}",
    "evaluate.answer": "Respuesta",
    "evaluate.why.missing": "Falta: «{what}»",
    "evaluate.why.source": "No cita {what}",
    "evaluate.why.fallback": "Respondió con el texto de emergencia: {what}",
    "evaluate.why.handoff": "Pasó con una persona: {what}",
    "evaluate.why.handoff_missing": "Debía pasar con una persona {what}",
}
