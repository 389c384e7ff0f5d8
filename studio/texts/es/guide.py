"""The words of the first tour and of the guided path to a new agent (Spanish)."""

TEXTS: dict[str, str] = {
    "guide.title": "Nuevo agente",
    "guide.next": "Guardar y seguir →",
    "guide.back": "← Volver",
    "guide.step.brand": "Marca",
    "guide.step.tone": "Tono",
    "guide.step.instructions": "Instrucciones",
    "guide.step.knowledge": "Conocimiento",
    "guide.step.try": "Probar",
    "guide.step.release": "Publicar",
    "guide.brand.title": "¿Quién atenderá a sus clientes?",
    "guide.brand.help": "Un nombre y una marca bastan para empezar. Todo se puede cambiar después.",
    "guide.brand.example": "Café Luna",
    "guide.name.example": "Lucía",
    "guide.description.example": (
        "Atiende a quien compra café por internet: envíos, precios y recomendaciones."
    ),
    "guide.hello_empty": "Escriba un nombre y verá aquí cómo saluda.",
    "guide.hello_customer": "Hola",
    "guide.greeting": "¡Hola! Soy {name}, de {brand}. ¿En qué le ayudo?",
    "guide.greeting_plain": "¡Hola! Soy {name}. ¿En qué le ayudo?",
    "guide.tone.title": "¿Cómo suena?",
    "guide.tone.help": "Elija un tono, escuche cómo suena y ajústelo con sus palabras.",
    "guide.sound_empty": "Elija un tono y verá aquí la misma respuesta dicha con él.",
    "guide.sound_question": "¿Envían a Oaxaca? ¿Cuánto tarda?",
    "tone.warm.sounds": (
        "¡Claro que sí! 😊 A Oaxaca te llega en cuatro días. ¿Te lo preparo para hoy?"
    ),
    "tone.expert.sounds": (
        "Sí. Tarda cuatro días hábiles porque sale por tierra, bien protegido; por avión se "
        "golpearía. ¿Quiere que calcule el envío?"
    ),
    "tone.brief.sounds": "Sí. Cuatro días hábiles. ¿Se lo envío?",
    "tone.formal.sounds": (
        "Buenas tardes. Con gusto le confirmo que enviamos a Oaxaca; el plazo es de cuatro días "
        "hábiles. ¿Desea que prepare su pedido?"
    ),
    "guide.instructions.title": "¿Qué debe hacer, y qué nunca?",
    "guide.instructions.help": "Como se lo explicaría a alguien en su primer día de trabajo.",
    "guide.instructions.example": "- Pregunte antes para qué lo quiere.\n- Nunca dé descuentos.",
    "guide.rules": "Añada con un clic",
    "rule.ask_city": "Pregunta la ciudad antes de hablar de envíos o sucursales.",
    "rule.next_step": "Termina proponiendo el siguiente paso.",
    "rule.no_promises": "Nunca prometas fechas, descuentos ni resultados que no estén escritos.",
    "rule.person": "Si el cliente se enoja o pide lo que no puedes hacer, pásalo con una persona.",
    "rule.prices": "Da los precios con su moneda y di si incluyen impuestos.",
    "guide.knowledge.title": "¿Qué tiene que saber?",
    "guide.knowledge.help": (
        "Suba sus listas de precios, políticas o preguntas frecuentes; o escríbalo aquí mismo. "
        "Solo responderá con lo que encuentre."
    ),
    "guide.knowledge.text": "O escríbalo o péguelo",
    "guide.knowledge.text_example": "Los envíos a Oaxaca tardan cuatro días y cuestan 90 pesos.",
    "guide.knowledge.keep": "Añadir este texto",
    "guide.knowledge.text_name": "Nota {number}",
    "guide.knowledge.write_first": "Escriba primero el texto.",
    "guide.knowledge.empty": (
        "Aquí verá lo que le dé y hasta dónde lo ha leído. Puede seguir mientras lee."
    ),
    "guide.try.title": "Pregúntele algo",
    "guide.try.help": "Como lo haría un cliente. Nada de esto llega a nadie.",
    "question.what": "Hola, ¿qué hacen y en qué me pueden ayudar?",
    "question.about": "¿Qué me dice de «{topic}»?",
    "question.person": "Quiero hablar con una persona",
    "guide.release.title": "Que responda de verdad",
    "guide.release.help": "Revise lo que falta y publique. Podrá volver atrás con un clic.",
    "guide.release.first": "Empiece por el primer paso: el nombre del agente.",
    "guide.release.where": "Responderá en WhatsApp, en el número {address}.",
    "guide.release.note": "Primera versión",
    "guide.release": "Publicar",
    "guide.done": "{name} v{number} ya responde en {address}",
    "guide.done.help": "Escríbale como lo haría un cliente y vea llegar su respuesta.",
    "guide.done.write": "Escribirle como cliente →",
    "guide.done.edit": "Ver todos sus ajustes",
    "tour.begin": "Su primer agente, en cinco pasos y unos tres minutos",
    "tour.title": "Su primer agente",
    "tour.describe": "Descríbalo",
    "tour.teach": "Dele algo que saber",
    "tour.try": "Pruébelo",
    "tour.release": "Publíquelo",
    "tour.answer": "Escríbale como cliente",
    "tour.finished": "¡Su agente ya responde a clientes! Este era el último paso.",
    "tour.hide": "Ahora no",
    "tour.close": "Cerrar",
    "tour.again": "Recorrido de cinco pasos",
}
