"""The words of the Channels page (English)."""

TEXTS: dict[str, str] = {
    "channels.title": "Channels",
    "channels.answering": "What answers on each number",
    "channels.providers": "Connected services",
    "channels.channel": "Channel",
    "channels.address": "Number or address",
    "channels.version": "Answers",
    "channels.since": "Released",
    "channels.nothing_released": "No agent answers yet. Release one from Agents.",
    "channels.nobody_answers": (
        "{channel}: no agent answers there yet. What customers write is kept in the Inbox. Write "
        "your own brand, instructions and knowledge into an agent and release it there (Agents, "
        "Release)."
    ),
    "channels.held_back": "sample: silent here",
    "channels.no_public_address": (
        "The bot has no public address: set PUBLIC_BASE_URL in .env (for example "
        "https://bot.yourcompany.com) and restart. The addresses to paste into each service "
        "will appear here."
    ),
    "channels.state.real": "real service",
    "channels.state.stand_in": "stand-in",
    "channels.state.not_set": "not set up",
    "channels.can.text": "{limit:,} characters a message",
    "channels.can.window": "free text for {hours:.0f} hours after the customer wrote",
    "channels.can.templates": "approved templates after that",
    "channels.can.buttons": "buttons",
    "channels.can.forms": "forms on one screen",
    "channels.can.typing": "shows that an answer is being written",
    "channels.can.desk": "with a desk of its own",
    "channels.can.price": "{price} US dollars a message",
    "channels.can.no_price": "price of a message not known here",
    "channels.check": "Check",
    "channels.found": "Check: {channel}",
    "channels.test": "Test message",
    "channels.test_help": (
        "It goes the way every reply goes. WhatsApp only delivers it if that person wrote "
        "within the last 24 hours."
    ),
    "channels.from": "From",
    "channels.number": "Number that receives it",
    "channels.text": "Text",
    "channels.test_text": "A test message from Agent Studio.",
    "channels.test_send": "Send the test",
    "channels.sent": "On its way. The conversation shows whether it arrived, or why not.",
    "channels.sent_look": "See the conversation →",
    "checkup.reach": "Reach:",
    "checkup.signature": "Signature:",
    "checkup.forgery": "Forgery:",
    "checkup.verification": "Verification:",
    "checkup.credentials": "Credentials:",
    "checkup.reach.ok": "the bot answers at its address.",
    "checkup.reach.unreachable": (
        "the bot does not answer at its address. Is it running? Is PUBLIC_BASE_URL right?"
    ),
    "checkup.reach.refused": (
        "something in front of the bot lets nothing through (HTTP {detail}). Look at the proxy."
    ),
    "checkup.reach.status": (
        "something else answers at that address (HTTP {detail}). Look at PUBLIC_BASE_URL."
    ),
    "checkup.signature.ok": "the bot accepts what is rightly signed.",
    "checkup.signature.not_set": "the secret that signs is missing. Put it into .env.",
    "checkup.signature.unreachable": "the bot did not answer.",
    "checkup.signature.refused": (
        "the bot refused a rightly signed call (HTTP {detail}). Bot and studio have different"
        " secrets or public addresses: restart both."
    ),
    "checkup.signature.status": "the bot answered HTTP {detail}. Look at its log.",
    "checkup.forgery.refused": "what somebody else signs is refused, as it should be.",
    "checkup.forgery.accepted": (
        "the bot accepted a call with a false signature (HTTP {detail})! Do not open it to "
        "the internet."
    ),
    "checkup.verification.ok": "the bot answers Meta's question.",
    "checkup.verification.not_set": "META_VERIFY_TOKEN is missing in .env.",
    "checkup.verification.unreachable": "the bot did not answer.",
    "checkup.verification.refused": (
        "the bot does not know META_VERIFY_TOKEN (HTTP {detail}): restart it."
    ),
    "checkup.verification.status": "the bot answered HTTP {detail}.",
    "checkup.credentials.ok": "the provider knows them.",
    "checkup.credentials.bot_token": (
        "the provider knows the bot's token. With a user's token lost messages are found as well."
    ),
    "checkup.credentials.not_set": "there are no credentials in .env.",
    "checkup.credentials.unreachable": (
        "the provider cannot be reached from here. Look at the address and the network."
    ),
    "checkup.credentials.refused": (
        "the provider does not accept them (HTTP {detail}). Copy them again from its console."
    ),
    "checkup.credentials.status": (
        "the provider answered HTTP {detail}. Look at account and address in .env."
    ),
}
