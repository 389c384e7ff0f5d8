"""The words about test cases and how an agent does on them (English)."""

TEXTS: dict[str, str] = {
    "evaluate.title": "Tests",
    "evaluate.question": "Question",
    "evaluate.question_example": "How long does delivery to Oaxaca take?",
    "evaluate.question_first": "Write the question first.",
    "evaluate.expected": "The answer must say",
    "evaluate.expected_help": "One fact a line. Write handoff when it must pass to a person.",
    "evaluate.source": "And cite",
    "evaluate.source_help": "The file or page it must take it from.",
    "evaluate.any_source": "Any",
    "evaluate.add": "Add test",
    "evaluate.add_first": (
        "This agent has no tests. Add one, or keep one from the Playground with a click."
    ),
    "evaluate.expects": "Expects",
    "evaluate.cites": "cites {source}",
    "evaluate.handoff": "passes to a person",
    "evaluate.any_answer": "any answer",
    "evaluate.cases": "Test cases ({count})",
    "evaluate.empty": (
        "There are no tests yet. Write a customer's question and what the answer must say; "
        "or keep one from the Playground with a click."
    ),
    "evaluate.remove_sure": "Remove this test?",
    "evaluate.run": "Run the tests",
    "evaluate.run_help": (
        "Each question is asked of the draft or version chosen, by the same road as a "
        "customer. When that draft is released, the result stays with the version."
    ),
    "evaluate.passed": "{passed} of {asked} good (of {total})",
    "evaluate.cost": "Cost: {cost}",
    "evaluate.answer": "Answer",
    "evaluate.why.missing": 'Missing: "{what}"',
    "evaluate.why.source": "Does not cite {what}",
    "evaluate.why.fallback": "It gave the fallback text: {what}",
    "evaluate.why.handoff": "It passed to a person: {what}",
    "evaluate.why.handoff_missing": "It had to pass to a person {what}",
}
