"""Links in answers: those that somebody gave arrive, all others never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.answer import Answer, Said, Token
from agent.guardrails.checks import without_strangers
from agent.guardrails.links import links_in, strangers
from agent.guardrails.tools import told_by
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import KnowledgeChoice, Spec, Wording
from channels.formatting import whatsapp
from knowledge.base import Passage
from tests.fakes import FakeRetriever, ScriptedModel, call, named_tools

GIVEN = (
    "Nuestro sitio: https://www.shop.mx/cita. Escriba a ventas@shop.mx o llame al 55 1234 5678.",
    "https://wa.me/525512345678 y https://es.wikipedia.org/wiki/Auto_(coche), https://münchen.de/x",
)
STRANGERS = [
    "https://evil.com",
    "HTTPS://EVIL.COM/x",
    "evil.com",
    "Evil.Com",
    "EVIL.COM",
    "www.evil.com",
    "evil.com/pago",
    "evil.shop",
    "evil.xyz",
    "evil.com.mx",
    "evil.zip",
    "пример.рф",
    "bit.ly/abc",
    "wa.me/5219999999999",
    "t.me/evil",
    "https://t.co/AbC",
    "whatsapp://send?phone=1",
    "tg://x?y",
    "mailto:x@evil.com",
    "x@evil.com",
    "mailto:ventas@shop.mx?bcc=a@b.mx",
    "otro@shop.mx",
    "tel:+525599999999",
    "+52 55 9999 9999",
    "javascript:alert(1)",
    "data:text/html,x",
    "[shop.mx](https://evil.com)",
    "[pague aquí](https://evil.com/a_(b))",
    "<https://evil.com>",
    "![foto](https://evil.com/p.png)",
    "[https://shop.mx/cita](https://evil.com)",
    "https://shop.mx@evil.com",
    "https://shop.mx\\@evil.com",
    "https://user@shop.mx/cita",
    "https://shop.mx.evil.com/cita",
    "https://shop.mx:8080/cita",
    "ftp://shop.mx/cita",
    "https://shop.mx/pago",
    "https://shop.mx/cita/otra",
    "https://shop.mx/cita?next=evil.com",
    "shop.mx/Cita",
    "https://shоp.mx/cita",
    "https://xn--shp-0na.mx",
    "http:/evil.com",
    "ev\u200bil.com",
    "evil\u200b.com",
    "ev\u00adil.com",
    "evil。com",
    "ｅｖｉｌ．ｃｏｍ",
    "//evil.com/x",
    "evil&#46;com",
    "evil&period;com",
    "&#104;ttps://evil.com",
    "evil\\.com",
    "https://%65vil.com",
    "https%3A%2F%2Fevil.com",
    "evil[.]com",
    "evil (punto) com",
    "evil punto com",
    "evil dot com",
    "**evil.com**",
    "evil<b></b>.com",
    "ev**il.co**m",
    "evil<!-- -->.com",
    "http://2130706433/",
    "185.10.10.10/x",
    "185.10.10.10",
    "(evil.com)",
    "¿evil.com?",
    "«evil.com»",
    "evil.com,gracias",
    "evil.com.Gracias por todo",
    "https://evil.com,https://shop.mx/cita",
    "https://evil",
    "evil [1].com",
]
GIVEN_SO = [
    "https://www.shop.mx/cita",
    "https://shop.mx/cita/",
    "http://shop.mx/cita",
    "shop.mx/cita",
    "HTTPS://SHOP.MX/cita",
    "https://shop.mx/cita?utm_source=wa&utm_medium=x",
    "www.shop.mx/cita",
    "*https://shop.mx/cita*",
    "(https://shop.mx/cita).",
    "[cita](https://shop.mx/cita)",
    "shop.mx",
    "<https://shop.mx/cita>",
    "ventas@shop.mx",
    "Ventas@Shop.mx.",
    "mailto:ventas@shop.mx",
    "+52 55 1234 5678",
    "tel:5512345678",
    "https://wa.me/525512345678",
    "https://münchen.de/x",
    "https://xn--mnchen-3ya.de/x",
    "https://es.wikipedia.org/wiki/Auto_(coche).",
]
NO_LINKS = [
    "Node.js",
    "Vue.js y C#",
    "S.A. de C.V.",
    "S.de R.L.",
    "de 9 a.m. a 6 p.m.",
    "v2.0",
    "2.0T",
    "precios.pdf",
    "catálogo.xlsx",
    "notas.docx",
    "foto.jpg",
    "index.html",
    "3.5",
    "10.000",
    "1,234.50",
    "$189,900.00 MXN",
    "etc.Gracias",
    "EE.UU.",
    "U.S.A.",
    "Listo.La factura",
    "Gracias.Es un placer",
    "Bien.No hay problema",
    "1.2.3",
    "Art. 5.1.2",
    "10.5.2024",
    "Ph.D.",
    "p. ej.",
    "i.e. e.g.",
    "Dr.Gómez",
    "Av.Reforma 222",
    "25/12/2026",
    "24/7",
    "a/b",
    "50 %",
    "12:30",
    "precio:100",
    "Tel.: 55 1234 5678",
    "@tienda",
    "#oferta",
    "...",
    "sí...no",
    "a.C.",
    "N.º 5",
    "No. 5",
    "3.000 km",
    "x=y",
    "hola@",
    "1.-",
    "+ IVA",
    "+10 %",
]


@pytest.mark.parametrize("link", STRANGERS)
def test_a_link_that_nobody_gave_never_arrives(link: str) -> None:
    answer = answered(f"El Versa cuesta $189,900. Mire {link} hoy. Le esperamos.")
    assert "vil" not in whatsapp(answer.text)
    assert not strangers(whatsapp(answer.text), GIVEN)
    assert not strangers(answer.text, GIVEN)


@pytest.mark.parametrize("link", GIVEN_SO)
def test_a_link_that_somebody_gave_arrives(link: str) -> None:
    said = f"El Versa cuesta $189,900. Mire {link} hoy."
    assert answered(said).text == said


@pytest.mark.parametrize("words", NO_LINKS)
def test_what_is_no_link_is_left_alone(words: str) -> None:
    said = f"Le cuento: {words} es lo que hay."
    assert answered(said).text == said
    assert [*links_in(said)] == [] or "5678" in words


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Puede pagar en https://evil.com/pago. Gracias por venir.", "Gracias por venir."),
        ("- Versa: $189,900 https://evil.com/v\n- Kia", "- Versa: $189,900\n- Kia"),
        ("Vea [nuestro catálogo](https://evil.com/c) hoy.", "Vea nuestro catálogo hoy."),
        ("Vea (https://evil.com) el auto.", "Vea el auto."),
        ("Hola.\nPuede pagar aquí:\nhttps://evil.com\n\nGracias.", "Hola.\n\nGracias."),
        ("Vea:\n- https://evil.com\n- https://shop.mx/cita", "Vea:\n- https://shop.mx/cita"),
        ("1. Visite https://evil.com\n2. Llame", "2. Llame"),
        ("Escriba a x@evil.com. Saludos.", "Saludos."),
        ("![foto](https://evil.com/p.png) Listo.", "Listo."),
        ("Es [shop.mx](https://evil.com).", "Es shop.mx."),
    ],
)
def test_what_is_left_is_a_sentence(said: str, left: str) -> None:
    assert without_strangers(said, GIVEN)[0] == left


def test_staff_see_which_link_was_taken_out() -> None:
    answer = answered("Hola. Pague en https://evil.com/pago.")
    [step] = [one for one in answer.trace if one.kind == "guard"]
    assert (step.title, step.detail) == ("links_taken_out", {"links": ["https://evil.com/pago"]})
    assert (answer.outcome, answer.text) == ("answered", "Hola.")


def test_an_answer_that_is_nothing_but_a_link_is_the_fallback() -> None:
    answer = answered("https://evil.com")
    assert (answer.outcome, answer.text) == ("fallback", Spec(name="x").fallback.es)
    assert answer.error.startswith("unknown_link: ")


def answered(said: str, **more: object) -> Answer:
    spec = Spec(name="Sofía", instructions="\n".join(GIVEN), **more)  # type: ignore[arg-type]
    return runtime(said).answer(spec, [], ["¿Cómo pago?"])


def runtime(*script: object, found: str = "") -> Runtime:
    passages = [Passage(1, "b", "s", "pagos.md", 1, found, 0.9)] if found else []
    models = ScriptedModel(*script)  # type: ignore[arg-type]
    return Runtime(Settings(_env_file=None), FakeRetriever(passages), models=models)


LINK = "https://pagos.example.mx/aqui"
SAID = f"Puede pagar en {LINK} cuando guste."


@pytest.mark.parametrize("field", ["description", "instructions", "brand", "greeting"])
def test_staff_give_links_in_the_spec(field: str) -> None:
    value = Wording(es=f"Vea {LINK}") if field == "greeting" else f"Vea {LINK}"
    spec = Spec(name="Sofía", **{field: value})
    assert runtime(SAID).answer(spec, [], ["¿Cómo pago?"]).text == SAID


def test_knowledge_gives_links() -> None:
    spec = Spec(name="Sofía", knowledge=KnowledgeChoice(bases=("b",)))
    there = runtime(SAID, found=f"Se paga en {LINK}.").answer(spec, [], ["¿Cómo se paga?"])
    missing = runtime(SAID, found="Se paga en la caja.").answer(spec, [], ["¿Cómo se paga?"])
    assert there.text == SAID
    assert LINK not in missing.text


def test_the_customer_gives_links_and_so_do_people_of_the_team() -> None:
    spec, question = Spec(name="Sofía"), ["¿Es bueno?"]
    for history, asked in (
        ([], [f"¿Es bueno {LINK}?"]),
        ([Said("customer", LINK)], question),
        ([Said("human", f"Vea {LINK}")], question),
    ):
        assert runtime(SAID).answer(spec, history, asked).text == SAID
    own = runtime(SAID).answer(spec, [Said("agent", f"Vea {LINK}")], question)
    assert LINK not in own.text  # what the agent once said is nobody's word


def test_a_tool_gives_links_but_not_those_it_was_asked_with() -> None:
    assert any(LINK in text for text in told_by(f'{{"url": "{LINK}\\nOtra"}}', {"id": 1}))
    assert not any(LINK in text for text in told_by(f"Nothing for {LINK}.", {"q": [LINK]}))
    spec = Spec(name="Sofía", tools=named_tools("catalog"))
    answer = runtime(call("catalog", marca=LINK), SAID).answer(spec, [], ["¿Cómo pago?"])
    assert LINK not in answer.text


@pytest.mark.parametrize("link", ["https://evil.com/pago", "evil.com", "[aquí](https://evil.com)"])
def test_a_stream_never_shows_a_stranger(link: str) -> None:
    said = f"Claro que sí, con mucho gusto le digo: vea {link} y pague. Gracias."
    *events, last = runtime(said).stream(Spec(name="Sofía"), [], ["¿Cómo pago?"])
    shown = "".join(event.text for event in events if isinstance(event, Token))
    assert isinstance(last, Answer)
    assert shown.startswith("Claro que sí")
    assert "evil" not in shown + last.text


def test_a_stream_shows_links_that_were_given() -> None:
    spec = Spec(name="Sofía", instructions=f"Vea {LINK}")
    *events, last = runtime(SAID).stream(spec, [], ["¿Cómo pago?"])
    assert isinstance(last, Answer)
    assert "".join(e.text for e in events if isinstance(e, Token)).strip() == last.text == SAID


@given(st.text(max_size=200), st.sampled_from(STRANGERS), st.text(max_size=200))
def test_taking_links_out_always_ends_without_one(before: str, link: str, after: str) -> None:
    kept, _ = without_strangers(f"{before} {link} {after}", GIVEN)
    assert strangers(kept, GIVEN) == []
