"""How the pages outside Gradio look."""

from studio.markup import Html, tag
from studio.texts import say


def document(language: str, title: str, body: Html, style: str) -> str:
    """Return a whole page."""
    head = tag(
        "head",
        tag("title", title),
        Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f"<style>{style}</style>"),
    )
    return "<!doctype html>" + tag("html", head, tag("body", tag("main", body)), lang=language)


def login_form(language: str, back: str, error: str) -> Html:
    """Return the form to sign in with, leading to *back*."""
    other = "en" if language == "es" else "es"
    return tag(
        "form",
        _title(language, "login"),
        _field(say(language, "login.email"), "email", "email", "username"),
        _field(say(language, "login.password"), "password", "password", "current-password"),
        tag("input", type="hidden", name="next", value=back),
        _complaint(error),
        tag("button", say(language, "login.enter"), type="submit"),
        tag("a", say(other, "language.name"), href=f"/login?language={other}", lang=other),
        method="post",
        action=f"/login?language={language}",
    )


def password_form(language: str, error: str) -> Html:
    """Return the form to replace a password with."""
    return tag(
        "form",
        _title(language, "password"),
        _field(say(language, "password.current"), "current", "password", "current-password"),
        _field(say(language, "password.new"), "new", "password", "new-password"),
        _complaint(error),
        tag("button", say(language, "password.save"), type="submit"),
        method="post",
        action="/password",
    )


def _title(language: str, kind: str) -> list[Html]:
    return [
        tag("div", tag("span", "", class_="as-mark"), say(language, "product"), class_="brand"),
        tag("h1", say(language, f"{kind}.title")),
        tag("p", say(language, f"{kind}.help"), class_="help"),
    ]


def _field(label: str, name: str, kind: str, autocomplete: str) -> Html:
    box = tag("input", type=kind, name=name, autocomplete=autocomplete, required=True)
    return tag("label", tag("span", label), box)


def _complaint(error: str) -> Html:
    return tag("p", error, class_="complaint", role="alert") if error else Html("")
