"""The built-in model's own phrases. All else it says is quoted, or a tool's own sentence."""

from agent.language import primary

PHRASES = {
    "es": {
        "hello": "¡Hola!",
        "i_am": "Soy {name}.",
        "i_am_of": "Soy {name}, de {brand}.",
        "ask_me": "¿En qué le puedo ayudar?",
        "more": "¿Le ayudo con algo más?",
        "thanks": "¡Con gusto! ¿Le ayudo con algo más?",
        "bye": "¡Hasta pronto! Aquí estaré si me necesita.",
        "bot": "Soy un asistente automático; si lo prefiere, puedo pasarle con una persona.",
        "says": "{quote} [{n}]\nFuente: {place}",
        "says_otherwise": "Nuestros documentos dicen: «{quote}» [{n}]\nFuente: {place}",
        "rows": "Esto es lo que encontré:",
        "nothing": "No encuentro información sobre eso («{asked}») en nuestros documentos.",
        "nothing_at_all": "No encuentro información sobre eso en nuestros documentos.",
        "person": "Si quiere, le paso con una persona del equipo.",
        "demo": "(Responde el modelo de demostración integrado, que solo cita los documentos.)",
        "failed": "Ahora mismo no puedo consultarlo. Si quiere, le paso con una persona.",
        "source": "Fuente: {place}",
    },
    "en": {
        "hello": "Hello!",
        "i_am": "I am {name}.",
        "i_am_of": "I am {name}, from {brand}.",
        "ask_me": "How can I help you?",
        "more": "Can I help you with anything else?",
        "thanks": "You are welcome! Can I help you with anything else?",
        "bye": "Goodbye! I will be here if you need me.",
        "bot": "I am an automatic assistant; I can pass you to a person if you prefer.",
        "says": "Our documents say: «{quote}» [{n}]\nSource: {place}",
        "rows": "This is what I found:",
        "nothing": "I find nothing about that («{asked}») in our documents.",
        "nothing_at_all": "I find nothing about that in our documents.",
        "person": "I can pass you to a person of the team if you like.",
        "demo": "(This is the built-in demonstration model, which only quotes the documents.)",
        "failed": "I cannot check that right now. I can pass you to a person if you like.",
        "source": "Source: {place}",
    },
    "pt": {
        "hello": "Olá!",
        "i_am": "Sou {name}.",
        "i_am_of": "Sou {name}, da {brand}.",
        "ask_me": "Como posso ajudar?",
        "more": "Posso ajudar com mais alguma coisa?",
        "thanks": "De nada! Posso ajudar com mais alguma coisa?",
        "bye": "Até logo! Estarei aqui se precisar.",
        "bot": "Sou um assistente automático; se preferir, passo você para uma pessoa.",
        "says": "Nossos documentos dizem: «{quote}» [{n}]\nFonte: {place}",
        "rows": "Isto é o que encontrei:",
        "nothing": "Não encontro nada sobre isso («{asked}») nos nossos documentos.",
        "nothing_at_all": "Não encontro nada sobre isso nos nossos documentos.",
        "person": "Se quiser, passo você para uma pessoa da equipe.",
        "demo": "(Responde o modelo de demonstração integrado, que só cita os documentos.)",
        "failed": "Agora não consigo consultar. Se quiser, passo você para uma pessoa.",
        "source": "Fonte: {place}",
    },
}


def phrase(language: str, key: str, **values: object) -> str:
    """Return a phrase in *language* (English for languages it has none in)."""
    return PHRASES.get(primary(language), PHRASES["en"])[key].format(**values)
