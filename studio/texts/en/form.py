"""The words of the agent form: its fields, tones and complaints (English)."""

TEXTS = {
    "agent.copy_of": "{name} (copy)",
    "agent.unnamed": "(no name)",
    "agent.name": "Name",
    "agent.name.help": "How it introduces itself.",
    "agent.brand": "Brand",
    "agent.brand.help": "Whom it speaks for.",
    "agent.description": "What it does",
    "agent.description.help": "A sentence or two: whom it serves and what for.",
    "agent.tone": "Tone",
    "agent.tone.help": "How it sounds.",
    "agent.instructions": "Instructions",
    "agent.instructions.help": "What it must always do, never do, and in what order.",
    "agent.languages": "Languages",
    "agent.languages.help": "It answers in the customer's; if that cannot be told, in the first.",
    "agent.greeting_es": "Greeting in Spanish",
    "agent.greeting_es.help": "For the first message.",
    "agent.greeting_en": "Greeting in English",
    "agent.greeting_en.help": "For the first message.",
    "agent.greeting_pt": "Greeting in Portuguese",
    "agent.greeting_pt.help": "For the first message.",
    "agent.fallback_es": "When it cannot answer, in Spanish",
    "agent.fallback_es.help": "What the customer gets when something fails.",
    "agent.fallback_en": "When it cannot answer, in English",
    "agent.fallback_en.help": "What the customer gets when something fails.",
    "agent.fallback_pt": "When it cannot answer, in Portuguese",
    "agent.fallback_pt.help": "What the customer gets when something fails.",
    "agent.bases": "Knowledge bases",
    "agent.bases.help": "Where it looks before it answers. Fill them on the Knowledge page.",
    "agent.grounded_only": "Only what is in the knowledge",
    "agent.grounded_only.help": "A sentence that stands nowhere in it is not sent.",
    "agent.tools": "Tools",
    "agent.tools.help": "What it can do besides talking.",
    "agent.model": "Model",
    "agent.model.help": "Empty: the installation's.",
    "agent.temperature": "Variety",
    "agent.temperature.help": "0 always says the same; 1 varies a lot.",
    "agent.quiet_seconds": "Wait (seconds)",
    "agent.quiet_seconds.help": "The customer's silence before everything is answered at once.",
    "agent.max_parts": "Messages per reply",
    "agent.max_parts.help": "At most, when the text is long.",
    "agent.buttons": "Choices to tap",
    "agent.buttons.help": (
        "When the agent asks and gives a short list, the customer may tap the answer, where the"
        " channel has buttons."
    ),
    "agents.people": "When a person takes over",
    "agent.handoff_words": "Phrases that ask for a person",
    "agent.handoff_words.help": "One a line. Whoever writes one is passed to your team.",
    "agent.handoff_topics": "Topics only a person answers",
    "agent.handoff_topics.help": (
        "One word or phrase a line: lawsuit, refund… When the customer writes it, the agent does "
        "not answer and passes the conversation on."
    ),
    "agent.closing_es": "When a person takes over, in Spanish",
    "agent.closing_es.help": "The agent's last words.",
    "agent.closing_en": "When a person takes over, in English",
    "agent.closing_en.help": "The agent's last words.",
    "agent.closing_pt": "When a person takes over, in Portuguese",
    "agent.closing_pt.help": "The agent's last words.",
    "agent.after_fallbacks": "Failures in a row",
    "agent.after_fallbacks.help": "After so many a person takes over. 0: never for this.",
    "agent.hand_back_after_hours": "Hours until the agent is back",
    "agent.hand_back_after_hours.help": (
        "Since your team last wrote. 0: only when a person hands it back."
    ),
    "agent.has_hours": "The team has hours",
    "agent.has_hours.help": (
        "Outside of them the customer is told when somebody will write. Not ticked: somebody is "
        "always there."
    ),
    "agent.timezone": "Time zone of the team",
    "agent.timezone.help": "Choose the city or write another.",
    "agent.days": "Days the team answers",
    "agent.days.help": "A night shift counts on the day on which it begins.",
    "agent.opens": "Answers from",
    "agent.opens.help": "Like 09:00",
    "agent.closes": "Answers until",
    "agent.closes.help": "Like 18:00",
    "agent.away_es": "Outside hours, in Spanish",
    "agent.away_es.help": (
        "Where it reads {{when}} it will say, for instance, «mañana a partir de las 9:00»."
    ),
    "agent.away_en": "Outside hours, in English",
    "agent.away_en.help": (
        "Where it reads {{when}} it will say, for instance, “tomorrow from 9:00”."
    ),
    "agent.away_pt": "Out of hours, in Portuguese",
    "agent.away_pt.help": (
        "Where it reads {{when}} it will say, for instance, “amanhã a partir das 9:00”."
    ),
    "agent.bar": "The bar for a release",
    "agent.bar.help": (
        "One criterion a line, on its tests or another dataset: “pass >= 0.95 on warranty”, "
        "“nothing that passed fails”, “injection = 1” (a score or a tag), “cost a turn <= 0.01”."
    ),
    "agent.forbidden_topics": "Forbidden topics",
    "agent.forbidden_topics.help": "One a line.",
    "day.mon": "Mon",
    "day.tue": "Tue",
    "day.wed": "Wed",
    "day.thu": "Thu",
    "day.fri": "Fri",
    "day.sat": "Sat",
    "day.sun": "Sun",
    "tool.handoff": "Pass to a person",
    "tool.knowledge": "Search the knowledge again",
    "tone.warm.name": "Warm",
    "tone.warm": (
        "Warm and kind; short sentences, first names, and an emoji when the customer uses them too."
    ),
    "tone.expert.name": "Expert",
    "tone.expert": (
        "Sure and precise, as somebody who knows the trade; explains why, without jargon."
    ),
    "tone.brief.name": "Brief",
    "tone.brief": "Direct: answers in one or two sentences and proposes the next step.",
    "tone.formal.name": "Formal",
    "tone.formal": "Formal and respectful; no emoji, no exclamation marks.",
    "field.required": "is needed.",
    "field.too_long": "is too long (at most {limit}).",
    "field.choose_one": "choose at least one.",
    "field.too_small": "is too low (at least {limit}).",
    "field.too_big": "is too high (at most {limit}).",
    "field.whole": "write a whole number.",
    "field.no_hour": "write an hour from 00:00 to 23:59, like 09:00 or 18:30.",
    "field.no_criterion": (
        "cannot be understood. Write one criterion a line, like “pass >= 0.95 on warranty” or "
        "“nothing that passed fails”; a share or a score lies between 0 and 1"
    ),
    "field.no_zone": (
        "is no time zone. Choose one of the list or write one like America/Mexico_City."
    ),
    "field.no_day": "choose among the seven days of the week (in a file: mon, tue … sun).",
    "field.not_valid": "is not a usable value.",
}
