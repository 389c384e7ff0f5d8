"""The words of the Replays page (English)."""

TEXTS: dict[str, str] = {
    "replays.title": "Replays",
    "replays.help": (
        "The workers play past conversations again, with their gaps and files, and the draft or "
        "the version that you choose answers. Nothing is sent to anybody. Then you see, side by "
        "side, what would have gone otherwise."
    ),
    "replays.version": "Who answers now",
    "replays.days": "Last days",
    "replays.start": "Replay",
    "replays.days_first": "Write how many days back: more than 0, 3660 at most.",
    "replays.empty": "Choose an agent and how many days back, and press Replay.",
    "replays.played": "{asked} of {total} conversations played",
    "replays.then": "Then",
    "replays.now": "Now",
    "replays.turns": "Turns",
    "replays.handed": "Handed over to a person",
    "replays.cost": "Cost",
    "replays.changed": "{changed} of {total} conversations are different",
    "replays.change.text": "other words",
    "replays.change.outcome": "another outcome",
    "replays.change.bursts": "other messages together",
    "replays.change.handoff": "another hand-off",
    "replays.conversation": "Conversation {number}: changes in {count} places",
    "replays.more": "And {count} more: notebooks and the API give all of them.",
    "replays.past": "Earlier replays",
    "replays.windows": "Wait between messages",
    "replays.windows_help": (
        "How many seconds of silence are waited for before an answer. A long wait joins messages "
        "that are one thought; a short one answers sooner. It is worked out from when your "
        "customers wrote; no model is asked."
    ),
    "replays.try_windows": "Try 0 to 10 seconds",
    "replays.window.quiet": "Wait",
    "replays.window.turns": "Answers",
    "replays.window.twice": "Half a thought",
    "replays.window.waited": "The customer waits",
    "replays.window.cost": "Cost",
    "replays.suggested": "Your customers suggest a wait of {seconds} seconds.",
    "replays.too_few": "There are too few conversations to suggest a wait. Choose more days.",
    "replays.words": "Words, tried on the past",
    "replays.words_help": (
        "A word or phrase a line. You see in which turns a person would have been called, or the "
        "answer would not have been sent. Nothing is saved."
    ),
    "replays.handoff_words": "Call a person",
    "replays.handoff_topics": "Topics that call a person",
    "replays.forbidden_topics": "Topics forbidden in the answer",
    "replays.try_words": "Try",
    "replays.words_first": "Write at least one word to try.",
    "replays.tried": "{count} of {total} turns would have gone otherwise.",
    "replays.hit.when": "When",
    "replays.hit.asked": "The customer wrote",
    "replays.hit.answered": "The agent answered",
    "replays.hit.effect": "What would have happened",
    "replays.effect.handed_over": "A person is called for “{word}”",
    "replays.effect.stopped": "The answer is not sent for “{word}”",
}
