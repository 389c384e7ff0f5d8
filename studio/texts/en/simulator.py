"""The words of the Simulator (English)."""

TEXTS = {
    "simulator.title": "Simulator",
    "simulator.help": (
        "A WhatsApp to try with: write as a customer and the released agent answers, by the "
        "same road as a real message."
    ),
    "simulator.customer": "Customer's number",
    "simulator.customer_help": "Another number is another conversation.",
    "simulator.clear": "Clear the screen",
    "simulator.attach": "Attach",
    "simulator.placeholder": "Message",
    "simulator.empty": 'Write a message, for example: "Hello, what can you help me with?"',
    "simulator.file_first": "Choose a file first.",
    "simulator.file_big": "The file is larger than 16 MB, the most that WhatsApp takes.",
    "simulator.write_first": "Write a message first.",
    "simulator.number": "Write a number of 8 to 15 digits.",
    "simulator.not_running": 'The simulator does not answer. Start everything with "make run".',
    "simulator.bot_down": 'The bot did not take the message. Start everything with "make run".',
    "simulator.real": "Twilio is connected for real: write to the agent's number from a phone.",
}
