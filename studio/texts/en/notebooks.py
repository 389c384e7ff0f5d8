"""The words of the Notebooks page (English)."""

TEXTS: dict[str, str] = {
    "audit.notebook saved": "Saved a notebook",
    "audit.notebook archived": "Archived a notebook",
    "audit.notebook opened": "Opened something in a notebook",
    "audit.notebook run": "Had a notebook run",
    "audit.notebook run stopped": "Stopped a notebook",
    "audit.notebook planned": "Planned a notebook",
    "audit.notebook unplanned": "Took a notebook off its schedule",
    "audit.notebook handed in": "Handed in an executed notebook",
    "audit.notebook seen": "Saw the result of a notebook",
    "audit.token lent": "A notebook was lent a token",
    "audit.may run notebooks": "Let somebody run notebooks",
    "audit.may not run notebooks": "Took the right to run notebooks away",
    "team.runs": "Let run notebooks",
    "team.runs_not": "Take notebooks away",
    "team.runs_badge": "runs notebooks",
    "team.runs_sure": (
        "Let {who} run notebooks? A notebook is code that runs on this server: it reads "
        "what its person may read by the API, and uses memory and processor."
    ),
    "error.MayNotRun": (
        "Running code on the server is a right of its own. An administrator gives it, under Team."
    ),
}
