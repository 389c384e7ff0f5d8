"""The words of the Alerts page (English)."""

TEXTS: dict[str, str] = {
    "alerts.title": "Alerts",
    "alerts.when": "When",
    "alerts.what": "What",
    "alerts.empty": (
        "There are no alerts yet. "
        "They come when a notebook alerts or fails, or when a criterion is missed."
    ),
    "alerts.new": "new",
    "alerts.read": "Read up to here",
    "alerts.open": "Open",
    "alerts.wishes": "How you want to be told",
    "alerts.help": "E-mails wait for your hours. What you mute does not reach you in any way.",
    "alerts.no_mail": "There is no mail server here: the operator names one in SMTP_HOST.",
    "alerts.keep": "Save",
    "alerts.kept": "Saved.",
    "alerts.ways": "By which ways",
    "alerts.ways_bad": "choose from the list",
    "alerts.way.studio": "Here, in the studio",
    "alerts.way.email": "By e-mail",
    "alerts.muted": "No alerts when",
    "alerts.muted_bad": "choose from the list",
    "alerts.kind.lab": "a notebook alerts",
    "alerts.kind.notebook": "a notebook fails",
    "alerts.kind.bar": "a criterion is missed",
    "alerts.kind.knowledge": "a page says much less than before",
    "alerts.opens": "E-mails from (hour)",
    "alerts.opens_bad": "write an hour from 0 to 24",
    "alerts.closes": "until (hour; equal: always)",
    "alerts.closes_bad": "write an hour from 0 to 24",
    "alerts.zone": "Time zone",
    "alerts.zone_bad": "write one like America/Mexico_City",
    "audit.alert raised": "Alert sent",
    "audit.alert wishes": "Changed how they are told",
}
