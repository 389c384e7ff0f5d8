"""The words of the Notebooks page (English)."""

TEXTS: dict[str, str] = {
    "notebooks.open_in": "Open in a notebook",
    "notebooks.made": "The notebook is ready.",
    "notebooks.go": "Go to the notebook →",
    "notebooks.about.conversation": "Conversation {id}",
    "notebooks.about.turn": "Turn {id}",
    "notebooks.title": "Notebooks",
    "notebooks.help": (
        "Code and text of Jupyter. A notebook that is run here is run by the server, shut"
        " in: its folder and the API alone, with the rights of whoever has it run, within"
        " limits of memory and time."
    ),
    "notebooks.not_here": (
        "Notebooks are not run on this machine: it cannot shut them in (that needs Linux "
        "6.7 or newer, with Landlock). They can be kept, read, and run in Jupyter."
    ),
    "notebooks.no_right": (
        "Running code on the server is a right of its own. An administrator gives it, under Team."
    ),
    "notebooks.upload": "Upload a notebook (.ipynb)",
    "notebooks.bad_file": "That file is no notebook of Jupyter (nbformat 4, up to 4 MB).",
    "notebooks.choose_first": "Choose a notebook first.",
    "notebooks.empty": "There are no notebooks yet. Upload one, or save it by the API.",
    "notebooks.origin.shipped": "comes with the product",
    "notebooks.origin.saved": "saved here",
    "notebooks.origin.opened": "opened from the studio",
    "notebooks.next": "runs by itself: {when}",
    "notebooks.by": "Saved by {who}, {when}.",
    "notebooks.archive": "Archive",
    "notebooks.archive_sure": ("Archive {name}? It no longer runs by itself; what it did is kept."),
    "notebooks.parameters": "Parameters (JSON)",
    "notebooks.parameters_help": "Values of the cell “parameters”; change them for this run.",
    "notebooks.parameters_bad": 'write a JSON object, as {{"days": 7}}',
    "notebooks.run": "Run",
    "notebooks.schedule": "Have it run by itself",
    "notebooks.every": "How often",
    "notebooks.every_bad": "choose from the list",
    "notebooks.every.never": "never",
    "notebooks.every.day": "every day",
    "notebooks.every.week": "every week",
    "notebooks.weekday": "Day (if every week)",
    "notebooks.weekday_bad": "choose a day",
    "notebooks.day.0": "Monday",
    "notebooks.day.1": "Tuesday",
    "notebooks.day.2": "Wednesday",
    "notebooks.day.3": "Thursday",
    "notebooks.day.4": "Friday",
    "notebooks.day.5": "Saturday",
    "notebooks.day.6": "Sunday",
    "notebooks.hour": "Hour",
    "notebooks.hour_bad": "write an hour from 0 to 23",
    "notebooks.minute": "Minute",
    "notebooks.minute_bad": "write a minute from 0 to 59",
    "notebooks.zone": "Time zone",
    "notebooks.zone_bad": "write one as America/Mexico_City",
    "notebooks.plan": "Keep the schedule (in my name)",
    "notebooks.planned_done": "Kept.",
    "notebooks.when": "When",
    "notebooks.who": "In the name of",
    "notebooks.state": "State",
    "notebooks.took": "Took",
    "notebooks.spent": "{seconds} s, {mb} MB",
    "notebooks.planned": "by schedule",
    "notebooks.no_runs": "It has not been run yet.",
    "notebooks.unverified": "executed elsewhere, not verified",
    "notebooks.see": "See",
    "notebooks.stop": "Stop",
    "notebooks.result": "Result of the notebook",
    "notebooks.waiting": "It is being run; this page renews itself.",
    "notebooks.state.waiting": "waits",
    "notebooks.state.running": "runs",
    "notebooks.state.done": "done",
    "notebooks.state.failed": "failed",
    "notebooks.state.stopped": "stopped",
    "notebooks.error.cell": "A cell failed; it is marked in red.",
    "notebooks.error.too_long": "It took longer than it may.",
    "notebooks.error.died": "It ended by its limits of memory or processor.",
    "notebooks.error.stopped": "A person stopped it.",
    "notebooks.error.interrupted": (
        "What ran it stopped. Look at what it had done, and run it again."
    ),
    "notebooks.error.no_right": "Its person may not run notebooks any more.",
    "notebooks.error.unsealed": "This machine cannot shut a notebook in, so it was not run.",
    "notebooks.error.unreached": (
        "The API's address was not found: the operator gives it with NOTEBOOK_API."
    ),
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
