"""The words of the Playground (English)."""

TEXTS = {
    "playground.title": "Playground",
    "playground.agent": "Agent",
    "playground.version": "Version",
    "playground.draft": "Draft",
    "playground.placeholder": "Write as a customer would…",
    "playground.reset": "Restart",
    "playground.empty": "Choose an agent and write to it. None of this reaches a customer.",
    "playground.why": "Why it said that",
    "playground.why_empty": (
        "Here you will see the passages, tools, cost and prompt of each answer."
    ),
    "playground.write_first": "Write a message first.",
    "playground.choose_first": "Choose an agent first.",
    "playground.see_why": "Why",
    "playground.correct": "Correct",
    "playground.keep_case": "Keep as a test",
    "playground.kept": "Kept ✓",
    "playground.beside": "Compare with",
    "playground.live": "released",
    "playground.simulate": "Simulate:",
    "playground.burst": "Burst",
    "playground.voice": "Voice note",
    "playground.language": "Other language",
    "playground.angry": "Angry customer",
    "playground.question": "When they ask",
    "playground.answer": "Answer",
    "playground.answer_help": "It is kept in its knowledge base and used first.",
    "playground.cancel": "Cancel",
    "playground.save_answer": "Keep the answer",
    "playground.corrected": "Kept. Ask again and see the corrected answer.",
    "playground.answer_first": "Write the question and the answer.",
    "playground.no_base": (
        "This agent has no knowledge base to keep the answer in. Give it one under Agents."
    ),
    "said.hello": "Hello",
    "said.burst": "Hello, good afternoon\na question\nhow much is it and how long does it take?",
    "said.voice": (
        "uh hi so I wanted to ask if you could maybe tell me more or less how much it is "
        "and whether you deliver because I am out and about and cannot type thanks"
    ),
    "said.language": "Hola, ¿habla español? ¿Cuánto cuesta y cuánto tarda?",
    "said.angry": (
        "This is the THIRD time I write and nobody solves anything. You are a joke, I want "
        "my money back NOW"
    ),
}
