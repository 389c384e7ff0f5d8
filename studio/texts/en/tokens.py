"""The words of the API tokens on the Team page (English)."""

TEXTS: dict[str, str] = {
    "tokens.tab": "API tokens",
    "tokens.help": (
        "A token lets your own programs use the HTTP API in your name, with your role or a lesser"
        " one. Make one for each program, and revoke it when you no longer need it."
    ),
    "tokens.name": "What it is for",
    "tokens.name_example": "My notebook",
    "tokens.name_first": "Write first what the token is for.",
    "tokens.role": "May do",
    "tokens.until": "Until",
    "tokens.days": "{days} days",
    "tokens.make": "Make a token",
    "tokens.once": "Copy it now and keep it as a password: it is not shown again.",
    "tokens.created": "Made",
    "tokens.used": "Last used",
    "tokens.never": "never",
    "tokens.empty": "There are no tokens yet.",
    "tokens.revoke": "Revoke",
    "tokens.revoke_theirs_sure": (
        "Revoke {name} of {who}? Programs of theirs that use it are shut out at once."
    ),
    "tokens.revoke_sure": "Revoke {name}? Programs that use it are shut out at once.",
    "tokens.lame.expired": "expired",
    "tokens.lame.owner_out": "its owner is shut out",
    "tokens.lame.password": "its owner has to choose a password",
    "audit.token made": "API token made",
    "audit.token revoked": "API token revoked",
}
