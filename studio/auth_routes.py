"""The pages outside Gradio: signing in and out, changing the password, choosing the language."""

import math
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import AfterValidator

from actions import people as acts
from actions.people import Visit
from actions.services import Services
from agent.devices import DAYS
from agent.errors import AgentError, ExpiredPassword, TooManyAttempts, WeakPassword, WrongPassword
from agent.text import storable
from store.people.people import LANGUAGES, LONGEST_SECONDS, Person
from studio.login_view import document, login_form, password_form
from studio.request_checks import HOME, cookie_name, device_cookie_name
from studio.texts import say

Field = Annotated[str, AfterValidator(storable), Form()]


class AuthRoutes:
    """What happens at the door. Plain functions, so hashing a password blocks no one else."""

    def __init__(self, services: Services, style: str) -> None:
        self._services = services
        self._style = style
        self._secure = services.settings.environment == "production"
        self._cookie = cookie_name(self._secure)
        self._device = device_cookie_name(self._secure)

    def routes(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter()
        router.get("/healthz")(lambda: {"status": "up"})
        router.get("/favicon.ico")(lambda: Response(status_code=204))
        # Browsers ask for it without the cookie; a refusal would stand in every page's console.
        router.get("/manifest.json")(lambda: {"name": "Agent Studio"})
        for path in ("/", HOME, f"{HOME}/"):
            router.get(path)(self.home)
        router.get("/login", response_class=HTMLResponse)(self.show_login)
        router.post("/login")(self.sign_in)
        router.get("/password", response_class=HTMLResponse)(self.show_password)
        router.post("/password")(self.change_password)
        router.post("/logout")(self.sign_out)
        router.post("/language")(self.choose_language)
        return router

    def home(self, request: Request) -> Response:
        """Lead to the first page in the person's language."""
        return RedirectResponse(f"{HOME}/{_language(request)}/", 303)

    def show_login(self, request: Request, next: str = "") -> Response:
        """Ask who it is."""
        return self._login_page(request, next)

    def sign_in(
        self, request: Request, email: Field = "", password: Field = "", next: Field = ""
    ) -> Response:
        """Open a session, or say why not."""
        try:
            return self._enter(request, email, password, next, self._jar(request))
        except AgentError as error:
            return self._login_page(request, next, error)

    def show_password(self, request: Request) -> Response:
        """Ask for a new password."""
        return self._password_page(request)

    def change_password(self, request: Request, current: Field = "", new: Field = "") -> Response:
        """Replace the password; every other session ends."""
        person: Person = request.scope["person"]
        try:
            visit = self._visit(request, self._jar(request))
            acts.change_password(self._services, person.actor, current, new, visit)
            jar = self._remembered(person.email, visit.jar)  # the old password's are void
            return self._enter(request, person.email, new, "", jar)
        except AgentError as error:
            return self._password_page(request, error)

    def sign_out(self, request: Request) -> Response:
        """End this session."""
        person: Person = request.scope["person"]
        acts.sign_out(self._services, person.actor, self._token(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(
            self._cookie, path="/", secure=self._secure, httponly=True, samesite="lax"
        )
        return answer

    def choose_language(self, request: Request, language: Field = "es") -> Response:
        """Remember the language and show the same page in it."""
        person: Person = request.scope["person"]
        chosen = language if language in LANGUAGES else "es"
        acts.choose_language(self._services, person.actor, chosen)
        came = urlsplit(request.headers.get("referer", ""))
        ours = came.path.startswith(f"{HOME}/")
        page = came.path.rsplit("/", 1)[-1] if ours else ""
        shown = f"?{came.query}" if ours and came.query else ""
        return RedirectResponse(_own_path(f"{HOME}/{chosen}/{page}") + shown, 303)

    def _login_page(
        self, request: Request, back: str, error: AgentError | None = None
    ) -> HTMLResponse:
        language = _language(request)
        form = login_form(language, back, _words(language, error))
        page = document(language, say(language, "login.title"), form, self._style)
        return HTMLResponse(page, *_status(error, 401))

    def _password_page(self, request: Request, error: AgentError | None = None) -> HTMLResponse:
        language = _language(request)
        form, title = password_form(language, _words(language, error)), "password.title"
        page = document(language, say(language, title), form, self._style)
        return HTMLResponse(page, *_status(error, 400))

    def _jar(self, request: Request) -> str:
        """What this device carries of those who signed in on it before."""
        return request.cookies.get(self._device, "")

    def _token(self, request: Request) -> str:
        return request.cookies.get(self._cookie, "")

    def _visit(self, request: Request, jar: str) -> Visit:
        address = request.client.host if request.client else ""
        browser = request.headers.get("user-agent", "")
        return Visit(address, browser, jar, self._token(request), _language(request))

    def _remembered(self, email: str, jar: str) -> str:
        return self._services.store.people.remember(email, jar)

    def _enter(self, request: Request, email: str, password: str, back: str, jar: str) -> Response:
        token = acts.sign_in(self._services, email, password, self._visit(request, jar))
        answer = RedirectResponse(_own_path(back), 303)
        secure = self._secure or request.url.scheme == "https"
        kept: dict[str, Any] = {"httponly": True, "secure": secure, "path": "/"}
        answer.set_cookie(self._cookie, token, max_age=int(LONGEST_SECONDS), samesite="lax", **kept)
        jar = self._remembered(email, jar)
        answer.set_cookie(self._device, jar, max_age=DAYS * 86_400, samesite="strict", **kept)
        return answer


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


def _status(error: AgentError | None, wrong: int) -> tuple[int, dict[str, str]]:
    """The status of a page that tells *error*, and its headers."""
    if isinstance(error, TooManyAttempts):
        return 429, {"Retry-After": str(math.ceil(error.seconds))}
    return (200 if error is None else wrong), {}


def _words(language: str, error: AgentError | None) -> str:
    if error is None:
        return ""
    if isinstance(error, TooManyAttempts):
        return say(language, "login.TooManyAttempts", seconds=math.ceil(error.seconds))
    if isinstance(error, ExpiredPassword | WeakPassword | WrongPassword):
        return say(language, f"login.{type(error).__name__}")
    return say(language, "login.Invalid")
