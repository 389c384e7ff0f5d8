"""The words around the pages: names, sign-in, roles, errors (English)."""

TEXTS = {
    "product": "Agent Studio",
    "language.name": "English",
    "sign_out": "Sign out",
    "done": "Done",
    "send": "Send",
    "remove": "Remove",
    "earlier": "← Previous",
    "later": "Next →",
    "newer": "← Newer",
    "older": "Older →",
    "role.viewer": "viewer",
    "role.agent": "agent",
    "role.editor": "editor",
    "role.admin": "admin",
    "language.es": "Spanish",
    "language.en": "English",
    "language.pt": "Portuguese",
    "language.fr": "French",
    "language.de": "German",
    "language.it": "Italian",
    "language.ca": "Catalan",
    "language.nl": "Dutch",
    "language.zh": "Chinese",
    "language.ja": "Japanese",
    "language.ar": "Arabic",
    "author.customer": "Customer",
    "author.agent": "Agent",
    "author.human": "Team",
    "author.installation": "installation",
    "author.api": "API",
    "author.api key": "API key",
    "author.installation token": "API (this machine's token)",
    "author.system": "System",
    "strip.model": "Model",
    "strip.embeddings": "Search",
    "strip.whatsapp": "WhatsApp",
    "strip.database": "Data",
    "strip.index": "Index",
    "strip.away": "away",
    "strip.away_why": (
        "Chroma does not answer: agents find by words only, not by meaning, and nothing new is "
        "read. The lines of `make run`, or chroma.log in DATA_DIR, say why"
    ),
    "strip.reading": "Files",
    "strip.unsealed": "no sandbox",
    "strip.unsealed_why": (
        "The kernel has no Landlock (Linux 5.13 and newer): a hostile file that takes its reader "
        "over could read other files of this machine. Files are read with the other limits. "
        "Tell whoever runs it"
    ),
    "strip.offline": "built-in",
    "strip.meaning": "by meaning (built in)",
    "strip.words": "by words alone",
    "strip.simulator": "simulator",
    "strip.real": "Real service",
    "strip.stand_in": "Built-in stand-in: set the key in .env to switch to the real service",
    "login.title": "Sign in",
    "login.help": (
        "With your e-mail and password. Forgot it? An administrator can give you another."
    ),
    "login.email": "E-mail",
    "login.password": "Password",
    "login.enter": "Sign in",
    "login.WrongPassword": "The e-mail or the password is wrong.",
    "login.ExpiredPassword": (
        "That one-time password has expired. Ask an administrator for another one."
    ),
    "login.TooManyAttempts": (
        "Too many attempts. Wait {seconds} seconds and try again, or use a device that you signed"
        " in on before."
    ),
    "login.WeakPassword": (
        "Use at least 12 characters that are neither a common password nor your name."
    ),
    "login.Invalid": "Choose a password that differs from the current one.",
    "password.title": "Choose your password",
    "password.help": "At least 12 characters. A short phrase works well.",
    "password.current": "Current (or one-time) password",
    "password.new": "New password",
    "password.save": "Save and continue",
    "error.title": "That did not work",
    "error.fields": "Check the fields.",
    "error.in_use": "{agents} look this up by now, too. Remove it in the list as it is now.",
    "error.not_allowed": "Your account may not do this: it needs the role of {role}.",
    "error.too_many": "Too many attempts. Wait {seconds} seconds and try again.",
    "error.AgentError": "Something went wrong. Try again.",
    "error.NotFound": "That is not there any more. Reload the page.",
    "error.Invalid": "Those values cannot be used.",
    "error.EditConflict": (
        "Somebody else saved changes since you opened this agent. What you wrote is still "
        'here: copy it, press "Reload" and make your change again.'
    ),
    "error.NotReleased": "No agent is released on that address.",
    "error.ModelUnavailable": "The model did not answer. Try again in a moment.",
    "error.said.This agent answers on a channel. Release another one there first.": (
        "This agent answers on a channel. Release another one there first."
    ),
    "error.said.This agent is put away. Take it back before you release it.": (
        "This agent is archived. Take it back before you release it."
    ),
    "error.said.There is no agent by that id.": "There is no agent by that id.",
    "error.said.There is no version by that id.": "There is no version by that id.",
    "error.said.There is no conversation by that number.": (
        "There is no conversation by that number."
    ),
    "error.said.Write something first.": "Write something first.",
    "error.said.Choose a channel out of twilio, meta, chatwoot, api, web, and its address.": (
        "Choose a channel and write its address."
    ),
    "refused.unfit": "The page sent something that does not fit here. Reload it and try again.",
    "refused.file": "That file is not at hand any more. Choose it again.",
    "refused.large": "That is too large to be sent at once. Send less.",
    "refused.slow": "What you sent took too long to arrive. Try again.",
    "unsaved.sure": "There are unsaved changes. Go on and lose them?",
    "panic.stop": "Stop every agent",
    "panic.stop_sure": (
        "Stop EVERY agent? No customer is answered by an agent until you let them go on; what"
        " customers write is kept."
    ),
    "panic.on": (
        "Every agent is stopped since {when} ({who}). What customers write is kept and waits."
    ),
    "panic.resume": "Let them go on",
    "panic.resume_sure": "Let the agents go on? They will answer what waits.",
    "error.AlreadyTaken": (
        "{person} has this conversation. Ask them, or take it over from them first."
    ),
}
