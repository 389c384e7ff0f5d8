"""The pages outside Gradio: signing in and out, changing the password, choosing the language."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from agent.errors import AgentError, TooManyAttempts, WeakPassword, WrongPassword
from agent.services import Services
from agent.store.people import LANGUAGES, LONGEST_SECONDS, Person
from studio.guard import HOME, cookie_name
from studio.markup import Html, tag
from studio.texts import say

Field = Annotated[str, Form()]
LANGUAGE_COOKIE = "studio_language"


def routes(services: Services, style: str) -> APIRouter:
    """Return the routes. Handlers are plain functions, so password hashing blocks no one else."""
    router = APIRouter()
    production = services.settings.environment == "production"
    cookie = cookie_name(production)

    def enter(request: Request, email: str, password: str, back: str) -> Response:
        address = request.client.host if request.client else ""
        browser = request.headers.get("user-agent", "")
        token = services.people.sign_in(email, password, address, browser)
        services.audit.note(email.strip().lower(), "signed in")
        answer = RedirectResponse(_own_path(back), 303)
        answer.set_cookie(
            cookie, token, max_age=int(LONGEST_SECONDS), httponly=True, samesite="lax",
            secure=production, path="/",
        )  # fmt: skip
        return answer

    def page(request: Request, kind: str, error: str = "", status: int = 200) -> HTMLResponse:
        language = _language(request)
        form = (_login_form if kind == "login" else _password_form)(request, language, error)
        return HTMLResponse(
            _document(language, say(language, f"{kind}.title"), form, style), status
        )

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "up"}

    @router.get("/favicon.ico")
    def favicon() -> Response:
        return Response(status_code=204)

    @router.get("/")
    @router.get(HOME)
    @router.get(f"{HOME}/")
    def home(request: Request) -> Response:
        return RedirectResponse(f"{HOME}/{_language(request)}/", 303)

    @router.get("/login")
    def show_login(request: Request) -> Response:
        return page(request, "login")

    @router.post("/login")
    def sign_in(
        request: Request, email: Field = "", password: Field = "", next: Field = ""
    ) -> Response:
        try:
            return enter(request, email, password, next)
        except AgentError as error:
            status = 429 if isinstance(error, TooManyAttempts) else 401
            return page(request, "login", _words(_language(request), error), status)

    @router.get("/password")
    def show_password(request: Request) -> Response:
        return page(request, "password")

    @router.post("/password")
    def change(request: Request, current: Field = "", new: Field = "") -> Response:
        person: Person = request.scope["person"]
        address = request.client.host if request.client else ""
        try:
            services.people.change_password(person.email, current, new, address)
            services.audit.note(person.email, "password changed")
            return enter(request, person.email, new, "")
        except AgentError as error:
            return page(request, "password", _words(_language(request), error), 400)

    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        services.people.sign_out(request.cookies.get(cookie, ""))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(cookie, path="/", secure=production, httponly=True, samesite="lax")
        return answer

    @router.post("/language")
    def choose_language(request: Request, language: Field = "es") -> Response:
        person: Person = request.scope["person"]
        chosen = language if language in LANGUAGES else "es"
        services.people.set_language(person.email, chosen)
        path = urlsplit(request.headers.get("referer", "")).path
        page_name = path.rsplit("/", 1)[-1] if path.startswith(f"{HOME}/") else ""
        return RedirectResponse(_own_path(f"{HOME}/{chosen}/{page_name}"), 303)

    return router


def _own_path(path: str) -> str:
    """Return *path* if it is one of ours: a sign-in must not lead to another site."""
    parts = urlsplit(path)
    own = not parts.scheme and not parts.netloc and path.startswith(f"{HOME}/")
    return path if own and "\\" not in path and "//" not in path else HOME


def _language(request: Request) -> str:
    person: Person | None = request.scope.get("person")
    if person is not None:
        return person.language
    wanted = request.query_params.get("language", "")
    if wanted in LANGUAGES:
        return wanted
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "es"


def _words(language: str, error: AgentError) -> str:
    if isinstance(error, TooManyAttempts):
        return say(language, "error.too_many", seconds=round(error.seconds))
    if isinstance(error, WeakPassword | WrongPassword):
        return say(language, f"login.{type(error).__name__}")
    return say(language, "login.Invalid")


def _login_form(request: Request, language: str, error: str) -> Html:
    other = "en" if language == "es" else "es"
    return tag(
        "form",
        _title(language, "login"),
        _field(say(language, "login.email"), "email", "email", "username"),
        _field(say(language, "login.password"), "password", "password", "current-password"),
        tag("input", type="hidden", name="next", value=request.query_params.get("next", "")),
        _complaint(error),
        tag("button", say(language, "login.enter"), type="submit"),
        tag("a", say(other, "language.name"), href=f"/login?language={other}", lang=other),
        method="post",
        action=f"/login?language={language}",
    )


def _password_form(request: Request, language: str, error: str) -> Html:
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


def _document(language: str, title: str, body: Html, style: str) -> str:
    head = tag(
        "head", tag("title", title), Html('<meta charset="utf-8">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f"<style>{style}</style>"),
    )  # fmt: skip
    return "<!doctype html>" + tag("html", head, tag("body", tag("main", body)), lang=language)
