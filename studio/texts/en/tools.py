"""The words of the Tools page (English)."""

TEXTS: dict[str, str] = {
    "tools.title": "Tools",
    "tools.help": "What an agent can look up in a table or work out by a formula. Nothing here "
    "needs code; what you keep is in the draft until you release it.",
    "tools.agent": "Agent",
    "tools.kind": "Kind",
    "tools.empty": "This agent has no tables or calculators yet. Make one below.",
    "tools.open": "Open",
    "tools.remove": "Take away",
    "tools.remove_sure": "Take the tool {name} away from the draft?",
    "tools.table": "Table",
    "tools.table_help": "Answers from an Excel or CSV file among the agent's sources. A name is "
    "enough: press Look to see what was understood, and correct the columns if you must.",
    "tools.calculator": "Calculator",
    "tools.calculator_help": "Asks the customer for what it needs and works the rest out.",
    "tools.name": "Name",
    "tools.name_help": "Small letters, digits and _: price_list",
    "tools.name_bad": "use small letters, digits and _, beginning with a letter; handoff and "
    "knowledge are taken",
    "tools.when": "When to use it",
    "tools.when_help": "In your own words: when a customer asks what there is.",
    "tools.said_as": "How customers ask for it",
    "tools.said_as_help": "Words between commas: catalogue, products, do you have",
    "tools.source": "Source",
    "tools.any_source": "The table that fits best",
    "tools.columns": "Columns",
    "tools.columns_help": "Empty: all, as understood. Else one a line: heading | label | type "
    "(text, number, money, date, yes_no) | unit | words of customers",
    "tools.columns_bad": "write heading | label | type | unit | words, where type is text, number, "
    "money, date or yes_no, and no heading comes twice",
    "tools.look": "Look",
    "tools.keep": "Keep in the draft",
    "tools.kept": "The tool is in the draft.",
    "tools.inputs": "What it needs to know",
    "tools.inputs_help": "One a line: name | label | type (number, whole, money, percent) | unit | "
    "lowest | highest | usual value | words of customers",
    "tools.inputs_bad": "write name | label | type | unit | lowest | highest | usual value | "
    "words; type is number, whole, money or percent, and the lowest is below the highest",
    "tools.results": "Formulas",
    "tools.results_help": "One a line: cost = 50 + distance * 3.35. Use the names above and those "
    "of the lines before, + - * / ** ( ), round, min, max.",
    "tools.results_bad": "write name = formula, with names of inputs or of formulas before; the "
    "sentences name only those too",
    "tools.sentence": "Sentence",
    "tools.sentence_bad": "write one, with {{name}} where a figure stands",
    "tools.sentence_es": "Sentence in Spanish",
    "tools.sentence_es_help": "With {{name}} where a figure stands: El envío cuesta ${{cost}}.",
    "tools.sentence_en": "Sentence in English",
    "tools.sentence_en_help": "With {{name}} where a figure stands: Delivery costs ${{cost}}.",
    "tools.examples": "Examples",
    "tools.examples_help": "Its tests, one a line: distance=10 => cost=83.50. They run before each "
    "release.",
    "tools.examples_bad": "write name=figure, name=figure => name=figure",
    "tools.example_fails": "An example does not come out: with {given} it gives {got}. Correct the "
    "formula or the example.",
    "tools.choose_first": "Choose an agent first.",
    "tools.no_table": "None of the agent's sources has such a table. Upload an Excel or CSV file "
    "in Knowledge, and give the agent that base.",
    "tools.previewed": "{source}: {count} rows",
    "tools.type.text": "text",
    "tools.type.number": "number",
    "tools.type.money": "money",
    "tools.type.date": "date",
    "tools.type.yes_no": "yes or no",
    "tools.try": "Try it",
    "tools.question": "What a customer writes",
    "tools.ask": "Ask",
    "tools.ask_first": "Write what a customer would ask.",
}
