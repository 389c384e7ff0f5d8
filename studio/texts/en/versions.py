"""The words about versions: differences, checks before a release, files (English)."""

TEXTS: dict[str, str] = {
    "release.replaces": "{name} answers there now, and will no longer.",
    "release.wrote": "{count} customer(s) wrote there in the last 24 hours.",
    "release.quiet": "Nobody wrote there in the last 24 hours.",
    "check.no_price": (
        "The price of {model} is not known: "
        "under a cap in money, a million tokens count as {dollars} US$."
    ),
    "check.title": "Before you release",
    "check.bar_missed": (
        "It misses “{criterion}”: it is {value}. Correct the agent and run the experiment again."
    ),
    "check.bar_fails_now": (
        "It misses “{criterion}”: {value} fail that passed ({detail}). Correct them and run the "
        "experiment again."
    ),
    "check.bar_not_compared": (
        "“{criterion}” needs the version that answers now in an experiment on the same cases. Run "
        "one with both in Tests."
    ),
    "check.bar_never": "“{criterion}” was never measured. Run an experiment in Tests.",
    "check.bar_no_dataset": (
        "“{criterion}” names a dataset that this agent has not. Make it, or correct the name under "
        "Advanced."
    ),
    "check.bar_spec": (
        "“{criterion}” has no experiment of this draft as it is: the last ones asked another. Run "
        "one in Tests."
    ),
    "check.bar_dataset": (
        "The evidence for “{criterion}” is stale: the cases have changed since. Run the experiment "
        "again in Tests."
    ),
    "check.bar_knowledge": (
        "The evidence for “{criterion}” is stale: the knowledge has changed since. Run the "
        "experiment again in Tests."
    ),
    "check.bar_part": (
        "“{criterion}” was measured on some cases only. Run the experiment on all of them in Tests."
    ),
    "check.bar_no_score": (
        "“{criterion}” names no score of the experiment and no tag of its cases. Score it, or "
        "correct the name under Advanced."
    ),
    "check.bar_client": (
        "“{criterion}” has only scores that were made in a notebook. An admin can let them count, "
        "under Team."
    ),
    "bar.title": "The bar",
    "bar.met": "Met",
    "bar.not_met": "Missed",
    "bar.overridden": "Released below its bar by {person}: {sentence}",
    "bar.notebooks": "Notebooks",
    "bar.verified": "verified: a worker here ran it",
    "bar.not_verified": "not verified",
    "bar.sentence": "Why it is released although it misses its bar",
    "bar.sentence_help": "Admins only. The sentence stays with the version and in the log.",
    "bar.say_why": "Write in a sentence why it is released although it misses its bar.",
    "bar.override": "Release below the bar",
    "share.title": "To a share of customers",
    "share.some": "Release to a share of customers",
    "share.help": (
        "Each customer always stays on one side. The others go on with the version that answers "
        "now, and how both sides do is compared here each minute."
    ),
    "share.part": "Share of customers (%)",
    "share.after": "Settle by itself after so many customers",
    "share.after_help": (
        "0: a person settles it. Else it is withdrawn when its customers did worse or its bar is "
        "missed; otherwise it goes to all."
    ),
    "share.release": "Release to that share",
    "share.how_many": "Write which share of customers shall meet it, between 1 and 99 %.",
    "share.began": "{label} answers {part} of customers now; the others meet what was there.",
    "share.head": "v{number} for {part} of customers",
    "share.settles": "settles after {count} customers",
    "share.not_yet": "There is nothing to compare yet: it is looked at each minute.",
    "share.old": "Before ({count} customers)",
    "share.new": "New ({count} customers)",
    "share.difference": "Difference (95 %)",
    "share.resolved": "Resolved without a person",
    "share.handed_over": "Handed over",
    "share.fallback": "Not known",
    "share.cost": "Cost a customer",
    "share.verdict.too_few": "too few to tell",
    "share.verdict.same": "the same",
    "share.verdict.accident": "may be an accident",
    "share.verdict.better": "better, no accident",
    "share.verdict.worse": "worse, no accident",
    "share.promote": "Let all customers meet it",
    "share.sure": "Shall v{number} answer all customers?",
    "share.withdraw": "Withdraw",
    "share.state.running": "running",
    "share.state.promoted": "went to all",
    "share.state.withdrawn": "withdrawn",
    "share.state.replaced": "replaced by another release",
    "check.clean": "All in order: nothing is missing and nothing contradicts itself.",
    "check.error": "Keeps it back",
    "check.warning": "Worth a look",
    "check.blocked": (
        "It cannot be released yet: something keeps it back. It is in red, with what to do."
    ),
    "check.ask": 'Read this and press "Release anyway" if you agree.',
    "check.model_unknown": (
        'There is no model "{model}". Under Advanced write openai:NAME, openrouter:NAME or '
        "offline, or leave it empty."
    ),
    "check.key_missing": (
        "The key {name} is missing. Ask whoever runs the installation, or leave the model empty."
    ),
    "check.sample_live": (
        "{brand} is the invented company of a sample agent, and real customers must not hear from "
        "it. Write your own brand, instructions and knowledge into the agent, then release it."
    ),
    "check.offline_live": (
        "The built-in model does not serve real customers on a live number. Set the key of a "
        "model (OPENAI_API_KEY or OPENROUTER_API_KEY)."
    ),
    "check.base_gone": (
        "One of its knowledge bases is gone. Open it, look at the bases that are ticked and save."
    ),
    "check.knowledge_none": (
        "It may only say what its knowledge says, and it has none. Give it a base or untick "
        '"Only what the knowledge says".'
    ),
    "check.base_empty": 'The base "{base}" is empty. Upload something in Knowledge or remove it.',
    "check.base_unfinished": (
        'The base "{base}" is still reading {n}. Wait until it is done, or release and it will '
        "know later."
    ),
    "check.base_failed": (
        'In the base "{base}" some sources could not be read ({n}). Look in Knowledge.'
    ),
    "check.base_noticed": (
        'In the base "{base}" some sources could not be kept whole: {sources}. Look in Knowledge '
        "for what is missing."
    ),
    "check.table_empty": (
        'The tool "{tool}" looks into a table, but its bases hold none. Upload an Excel or CSV '
        "file, or take that tool away."
    ),
    "check.tool_example": (
        'An example of the tool "{tool}" does not come out: with {given} it gives: {got}. Correct '
        "the formula or the example."
    ),
    "check.handoff_promised": (
        'The instructions promise a person ("{words}"), but it cannot pass anybody on. Turn on '
        'the tool "Pass to a person".'
    ),
    "check.handoff_none": (
        'The customer has no way to ask for a person. Turn on "Pass to a person" or write words '
        "that ask for one."
    ),
    "check.greeting_language": (
        "It has a greeting in {language} but does not speak it. Tick it under Languages or "
        "delete the greeting."
    ),
    "check.fallback_missing": (
        "It speaks {language}, but when something fails it apologises in another language. Write "
        "that text."
    ),
    "check.instructions_none": (
        "It has no instructions. Tell it at least what it must always do and what never."
    ),
    "check.tone_none": "It has no tone. Pick one of the examples.",
    "check.tone_contradicts": (
        "One place asks it to be familiar and another to be formal. Leave one of them."
    ),
    "check.emoji_contradicts": "One place asks for emojis and another for none.",
    "check.secret": (
        "The texts hold what looks like a secret key. Remove it: texts are sent to the model and "
        "exported."
    ),
    "check.wait_contradicts": (
        "It waits for a longer silence than its longest wait. Lower the wait."
    ),
    "check.topic_contradicts": (
        '"{topic}" is a forbidden topic, but the instructions speak of it.'
    ),
    "check.away_missing": (
        "It speaks {language}, but outside hours it will say so in another language. Write that "
        "text under Advanced."
    ),
    "check.away_when": (
        "What it says outside hours in {language} does not tell when somebody will write. Put "
        "{{when}} where the time belongs."
    ),
    "check.hours_all_day": (
        "The team answers from {hour} until {hour}: that counts as the whole day. Correct one of "
        "the two hours if it is not so."
    ),
    "check.topic_twice": (
        '"{topic}" is a forbidden topic and also one that a person answers: the conversation will '
        "pass to your team. Leave one of them."
    ),
    "version.title": "Versions",
    "version.released": "Released: {label} answers now.",
    "version.draft_changes": "What the draft would change",
    "version.changes": "What changed",
    "version.restore": "Bring into the draft",
    "version.restore_sure": (
        "Put version {number} into the draft? What the draft holds now is replaced."
    ),
    "version.first": "It is the first version: there is none to compare it with.",
    "version.draft_since": "The draft, beside version {number}",
    "version.between": "Version {number}, beside {before}",
    "version.same": "Nothing changes.",
    "version.tests": "This draft passed {passed} of {total} tests; the version will say so.",
    "version.tests_short": "{passed} of {total} tests",
    "version.yes": "yes",
    "version.no": "no",
    "version.field.fallback.pt": "When it cannot answer, in Portuguese",
    "version.field.greeting.es": "Greeting in Spanish",
    "version.field.greeting.en": "Greeting in English",
    "version.field.greeting.pt": "Greeting in Portuguese",
    "version.field.fallback.es": "When it cannot answer, in Spanish",
    "version.field.fallback.en": "When it cannot answer, in English",
    "version.field.model.max_tokens": "Longest answer (tokens)",
    "version.field.model.timeout_seconds": "Longest wait for the model (seconds)",
    "version.field.knowledge.top_k": "Passages that are read",
    "version.field.knowledge.hybrid": "Search by words and by meaning",
    "version.field.guard.max_input_characters": "Characters read from the customer",
    "version.field.handoff.message.es": "When passing to a person, in Spanish",
    "version.field.handoff.message.en": "When passing to a person, in English",
    "version.field.handoff.message.pt": "When passing to a person, in Portuguese",
    "version.field.conversation.longest_wait_seconds": "Longest wait (seconds)",
    "version.field.conversation.history_messages": "Messages it remembers",
    "version.field.budget.model_calls": "Model calls an answer",
    "version.field.budget.tool_calls": "Tool uses an answer",
    "known.title": "What customers will be told anew",
    "known.new": "{name}: new",
    "known.changed": "{name}: says something else",
    "known.unread": "{name}: as soon as it is read",
    "known.more": "… and {count} more",
    "carry.large": "That file is too large to be an agent.",
    "carry.yaml": 'That file cannot be read. Choose the one that "Export" downloaded.',
    "carry.other": (
        'That file is not an agent of this studio. Choose the one that "Export" downloaded.'
    ),
    "carry.field": (
        'The field "{field}" of that file cannot be used. Correct it, or export the agent again.'
    ),
    "version.field.handoff.office_hours.away.pt": "Outside hours, in Portuguese",
}
