"""The words of the Review page (English)."""

TEXTS: dict[str, str] = {
    "review.title": "Review",
    "review.help": (
        "Say of each answer whether it was right. Alt and the number (on a Mac, Control and "
        "Alt) press the buttons. What you say reaches notebooks and tests."
    ),
    "review.agent": "Agent",
    "review.every": "All",
    "review.kind": "Which",
    "review.kind.newest": "the newest",
    "review.kind.misses": "where nothing was found",
    "review.kind.doubt": "where there is doubt or disagreement",
    "review.kind.random": "at random",
    "review.asked": "The customer wrote",
    "review.answered": "The agent answered",
    "review.comment": "Comment",
    "review.better": "What it should have answered",
    "review.right": "Right",
    "review.wrong": "Wrong",
    "review.unsure": "I do not know",
    "review.empty": "No answer is left to review here. Choose another agent or other answers.",
    "review.choose_first": "Choose whether it was right, wrong, or you do not know.",
    "review.agreed": "Two people agreed on {agreed} of {pairs} answers (kappa {kappa}).",
    "review.agreed_few": (
        "Two people agreed on {agreed} of {pairs} answers; below ten that says nothing."
    ),
    "audit.answers labelled": "Labelled answers",
    "audit.label removed": "Removed a label",
    "audit.answers compared": "Compared two answers",
}
