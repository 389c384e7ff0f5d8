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
}
