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
    "pairs.title": "Compare blindly",
    "pairs.help": (
        "Two answers to the same words, in a random order and without saying whose they are. Alt "
        "and the number (on a Mac, Control and Alt) press the buttons."
    ),
    "pairs.which": "What is compared",
    "pairs.choose": "Choose what is compared.",
    "pairs.none": "There is no experiment with two candidates yet. Run one on the Tests page.",
    "pairs.done": "You have compared all of these answers. Choose another experiment.",
    "pairs.choose_first": "Choose which answer is better, or neither.",
    "pairs.first": "One",
    "pairs.second": "The other",
    "pairs.first_better": "The one is better",
    "pairs.second_better": "The other is better",
    "pairs.neither_better": "Neither",
    "pairs.so_far": "How it went so far",
    "pairs.result": (
        "{new} won {won} times and {old} {lost}; neither, {neither}. {new} wins {share} of those "
        "that were decided (95 % interval: {low} to {high})."
    ),
    "pairs.verdict.too_few": "too few to tell",
    "pairs.verdict.accident": "may be an accident",
    "pairs.verdict.better": "better, no accident",
    "pairs.verdict.worse": "worse, no accident",
    "audit.answers labelled": "Labelled answers",
    "audit.label removed": "Removed a label",
    "audit.answers compared": "Compared two answers",
}
