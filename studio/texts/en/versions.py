"""The words about versions: differences, checks before a release, files (English)."""

TEXTS: dict[str, str] = {
    "check.title": "Before you release",
    "check.clean": "All in order: nothing is missing and nothing contradicts itself.",
    "check.error": "Keeps it back",
    "check.warning": "Worth a look",
    "check.blocked": (
        "It cannot be released yet: something keeps it back. It is in red, with what to do."
    ),
    "check.ask": 'There are warnings. Read them and press "Release anyway" if you agree.',
    "check.model_unknown": (
        'There is no model "{model}". Under Advanced write openai:NAME, openrouter:NAME or '
        "offline, or leave it empty."
    ),
    "check.key_missing": (
        "The key {name} is missing. Ask whoever runs the installation, or leave the model empty."
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
    "check.base_failed": 'In the base "{base}", {n} could not be read. Look at it in Knowledge.',
    "check.catalog_empty": (
        "It searches the catalogue, but its bases hold no table. Upload an Excel or CSV file, or "
        "take that tool away."
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
}
