"""The words of the first tour and of the guided path to a new agent (English)."""

TEXTS: dict[str, str] = {
    "guide.title": "New agent",
    "guide.next": "Save and go on →",
    "guide.back": "← Back",
    "guide.step.brand": "Brand",
    "guide.step.tone": "Tone",
    "guide.step.instructions": "Instructions",
    "guide.step.knowledge": "Knowledge",
    "guide.step.try": "Try",
    "guide.step.release": "Release",
    "guide.brand.title": "Who will serve your customers?",
    "guide.brand.help": "A name and a brand are enough to begin. Everything can change later.",
    "guide.brand.example": "Café Luna",
    "guide.name.example": "Lucía",
    "guide.description.example": (
        "Serves people who buy coffee online: delivery, prices and recommendations."
    ),
    "guide.hello_empty": "Write a name and see here how it says hello.",
    "guide.hello_customer": "Hello",
    "guide.greeting": "Hello! I am {name}, from {brand}. How can I help you?",
    "guide.greeting_plain": "Hello! I am {name}. How can I help you?",
    "guide.tone.title": "How does it sound?",
    "guide.tone.help": "Pick a tone, see how it sounds and adjust it in your own words.",
    "guide.sound_empty": "Pick a tone and see here the same answer given in it.",
    "guide.sound_question": "Do you deliver to Oaxaca? How long does it take?",
    "tone.warm.sounds": (
        "Of course! 😊 It gets to Oaxaca in four days. Shall I get it ready for you today?"
    ),
    "tone.expert.sounds": (
        "Yes. It takes four working days because it goes by road, well protected; by plane it "
        "would get knocked about. Shall I work out the delivery?"
    ),
    "tone.brief.sounds": "Yes. Four working days. Shall I send it?",
    "tone.formal.sounds": (
        "Good afternoon. I am glad to confirm that we deliver to Oaxaca within four working "
        "days. Would you like me to prepare your order?"
    ),
    "guide.instructions.title": "What must it do, and what never?",
    "guide.instructions.help": "As you would explain it to somebody on their first day at work.",
    "guide.instructions.example": "- Ask first what they need it for.\n- Never give discounts.",
    "guide.rules": "Add with one click",
    "rule.ask_city": "Ask for the city before speaking of delivery or branches.",
    "rule.next_step": "End by proposing the next step.",
    "rule.no_promises": "Never promise dates, discounts or results that are not in writing.",
    "rule.person": "When the customer is angry or asks what you cannot do, pass them to a person.",
    "rule.prices": "Give prices with their currency and say whether taxes are included.",
    "guide.knowledge.title": "What does it have to know?",
    "guide.knowledge.help": (
        "Upload your price lists, policies or common questions; or write it right here. It will "
        "only answer with what it finds."
    ),
    "guide.knowledge.text": "Or write it or paste it",
    "guide.knowledge.text_example": "Delivery to Oaxaca takes four days and costs 90 pesos.",
    "guide.knowledge.keep": "Add this text",
    "guide.knowledge.text_name": "Note {number}",
    "guide.knowledge.write_first": "Write the text first.",
    "guide.knowledge.empty": (
        "Here you will see what you give it and how far it has read. You can go on meanwhile."
    ),
    "guide.try.title": "Ask it something",
    "guide.try.help": "As a customer would. None of this reaches anybody.",
    "question.what": "Hello, what do you do and how can you help me?",
    "question.about": 'What can you tell me about "{topic}"?',
    "question.person": "I want to talk to a person",
    "guide.release.title": "Let it answer for real",
    "guide.release.help": "See what is missing and release. You can go back with one click.",
    "guide.release.first": "Begin with the first step: the agent's name.",
    "guide.release.where": "It will answer on WhatsApp, on the number {address}.",
    "guide.release.note": "First version",
    "guide.release": "Release",
    "guide.done": "{name} v{number} now answers on {address}",
    "guide.done.help": "Write to it as a customer would and watch its answer arrive.",
    "guide.done.write": "Write to it as a customer →",
    "guide.done.edit": "See all its settings",
    "tour.begin": "Your first agent, in five steps and about three minutes",
    "tour.title": "Your first agent",
    "tour.describe": "Describe it",
    "tour.teach": "Give it something to know",
    "tour.try": "Try it",
    "tour.release": "Release it",
    "tour.answer": "Write to it as a customer",
    "tour.finished": "Your agent is answering customers! That was the last step.",
    "tour.hide": "Not now",
    "tour.close": "Close",
    "tour.again": "Five-step tour",
}
