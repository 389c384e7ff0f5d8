"""Staff see what a customer's message points to, in both languages, and nothing of it runs."""

import pytest

from agent.answer import About, AboutKind, Author
from store.conversations.inbox import Inbound
from studio.markup import join
from studio.pages import inbox, inbox_view
from studio.quoted import LONGEST, strips
from studio.state import Studio
from tests.studio.conftest import NUMBER, Caller, House
from tests.studio.test_inbox_page import ALL

QUOTED = About(AboutKind.MESSAGE, "No cubre frenos.", Author.AGENT, id="wamid.1")


def drawn(studio: Studio, *about: About) -> str:
    return str(join([strips(studio, about)]))


def test_the_words_that_are_quoted_stand_above_the_customers(
    house: House, studio: Studio, viewer: Caller
) -> None:
    here = house.customer_writes("¿frenos?", "Carla", "7")
    quote = ({"kind": "message", "id": "SM7-¿frenos?"},)
    message = Inbound("twilio", "SM-q", NUMBER, "whatsapp:+527", "¿y este?", about=quote)
    house.services.store.inbox.accept([message])
    shown = str(inbox_view.shown(studio, inbox.look(studio, viewer, here, *ALL))[6])
    assert "<small>Responde a</small><div>¿frenos?</div></div>" in shown
    assert shown.index("Responde a") < shown.index("¿y este?")


@pytest.mark.parametrize(
    ("about", "es", "en"),
    [
        (QUOTED, "Responde a", "Replies to"),
        (About(AboutKind.CHOICE, "Elija"), "Toca un botón de", "Taps a button of"),
        (About(AboutKind.PRODUCT, "R15"), "Pregunta por el producto", "Asks about the product"),
        (About(AboutKind.AD, "Frenos"), "Llega por el anuncio", "Comes from the ad"),
        (About(AboutKind.REPLACED, "2"), "Corrige lo que escribió", "Corrects what they wrote"),
        (About(AboutKind.EDITED, "2"), "Editado. Antes decía", "Edited. It said before"),
        (About(AboutKind.EDITED), "Editado por el cliente", "Edited by the customer"),
        (
            About(AboutKind.WITHDRAWN),
            "El cliente retiró este mensaje",
            "The customer took this message back",
        ),
    ],
)
def test_each_kind_has_its_words_in_both_languages(
    studio: Studio, about: About, es: str, en: str
) -> None:
    assert es in drawn(studio, about)
    assert en in drawn(Studio(studio.services, studio.answering, "en"), about)
    assert about.text in drawn(studio, about)


def test_a_message_that_is_not_here_says_so(studio: Studio) -> None:
    gone = drawn(studio, About(AboutKind.MESSAGE, id="wamid.1"))
    assert "Un mensaje que no está aquí" in gone
    assert "image/jpeg" in drawn(studio, About(AboutKind.MESSAGE, file="image/jpeg"))


@pytest.mark.parametrize("kind", [kind for kind in AboutKind])
def test_nothing_that_is_pointed_to_becomes_an_element(studio: Studio, kind: AboutKind) -> None:
    bad = "<img src=x onerror=alert(1)>${alert(1)}"
    shown = drawn(studio, About(kind, bad, url="javascript:alert(1)"))
    assert "<img" not in shown
    assert "href" not in shown


def test_a_long_text_is_cut(studio: Studio) -> None:
    assert "x" * (LONGEST + 1) not in drawn(studio, About(AboutKind.AD, "x" * 5_000))
