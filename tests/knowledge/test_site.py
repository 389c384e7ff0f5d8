"""A site is read page by page: as far as asked, on its own host, and where robots.txt lets us."""

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response, request

from knowledge.errors import FetchRefused, NotAccepted
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.web.crawler import Walk, walk
from knowledge.web.fetch import Fetched, fetch
from knowledge.web.reader import read_page
from tests.fakes import Clock
from tests.knowledge.test_sources_parts import work
from tests.standins.hashed import HashedEmbedders
from tests.standins.server import serve

PAGES = {
    "/": '<p>Inicio de la tienda.</p><a href="/horario">Horario</a> <a href=garantia#pie>G</a>'
    '<a href="https://other.example/">fuera</a> <a href="/foto.jpg">foto</a>'
    '<a href="/privado/a">privado</a> <a href="mailto:a@b.c">correo</a>',
    "/horario": '<p>Abrimos a las nueve.</p><a href="/lejos">Lejos</a><a href="/">Inicio</a>',
    "/garantia": "<p>La garantía cubre el motor.</p>",
    "/lejos": '<p>Sucursal de Mérida.</p><a href="/mas-lejos">Más</a>',
    "/mas-lejos": "<p>Demasiado lejos.</p>",
    "/privado/a": "<p>Privado.</p>",
}


class Shop:
    """A site on loopback, with whatever robots.txt and sitemap it is given."""

    def __init__(self) -> None:
        self.robots: tuple[str, int] = ("User-agent: *\nDisallow: /privado/", 200)
        self.sitemap: dict[str, str] = {}
        self.pages = dict(PAGES)
        self.asked: list[str] = []

    def app(self) -> Flask:
        app = Flask("shop")

        @app.get("/")
        @app.get("/<path:path>")
        def page(path: str = "") -> Response:
            address = "/" + path
            self.asked.append(address)
            if address == "/robots.txt":
                return Response(*self.robots, content_type="text/plain")
            if address in self.sitemap:
                body = self.sitemap[address].replace("HOST", request.host)
                return Response(body, content_type="application/xml")
            if address not in self.pages:
                return Response("no", 404)
            return Response(f"<html><body>{self.pages[address]}</body></html>")

        return app


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def url(shop: Shop) -> Iterator[str]:
    with serve(shop.app()) as address:
        yield address


def _walked(url: str, depth: int = 2, pages: int = 50) -> tuple[list[str], Walk]:
    way = walk(url + "/", depth, pages, partial(fetch, allow_loopback_port=urlsplit(url).port))
    return [urlsplit(address).path for address in way], way


def test_links_are_followed_as_deep_as_asked_and_never_elsewhere(shop: Shop, url: str) -> None:
    found, way = _walked(url)
    assert found == ["/", "/horario", "/garantia", "/lejos"]
    assert way.told == {"by": "links", "forbidden": 1}
    assert _walked(url, depth=0)[0] == ["/"]
    assert _walked(url, pages=2)[0] == ["/", "/horario"]
    assert "/privado/a" not in shop.asked


def test_a_sitemap_says_it_all(shop: Shop, url: str) -> None:
    shop.sitemap["/sitemap.xml"] = (
        "<sitemapindex><sitemap><loc>http://HOST/uno.xml</loc></sitemap>"
        "<sitemap><loc>http://other.example/dos.xml</loc></sitemap></sitemapindex>"
    )
    shop.sitemap["/uno.xml"] = (
        "<urlset><url><loc>http://HOST/garantia</loc></url><url><loc>http://HOST/privado/a</loc>"
        "</url><url><loc>http://169.254.169.254/latest</loc></url></urlset>"
    )
    found, way = _walked(url)
    assert found == ["/", "/garantia"]
    assert way.told == {"by": "sitemap", "forbidden": 1}


@pytest.mark.parametrize("robots", [("User-agent: *\nDisallow: /", 200), ("", 503)])
def test_a_site_that_does_not_want_us_is_left_alone(
    shop: Shop, url: str, robots: tuple[str, int]
) -> None:
    shop.robots = robots
    with pytest.raises(FetchRefused) as refusal:
        _walked(url)
    assert refusal.value.code == "site_forbidden"
    assert shop.asked == ["/robots.txt"]


def test_a_site_without_rules_has_none(shop: Shop, url: str) -> None:
    shop.robots = ("no", 404)
    assert "/privado/a" in _walked(url)[0]


def test_pauses_that_a_site_asks_for_are_made(shop: Shop, url: str) -> None:
    shop.robots = ("User-agent: *\nCrawl-delay: 3", 200)
    pauses: list[float] = []
    fetch_page = partial(fetch, allow_loopback_port=urlsplit(url).port)
    assert list(Walk(url + "/", 1, 3, fetch_page, pauses.append))
    assert set(pauses) == {3.0}


def test_the_pages_of_a_site_are_cited_by_their_addresses(
    sources: Sources,
    ingestion: Ingestion,
    retriever: Retriever,
    clock: Clock,
    base_id: str,
    shop: Shop,
    url: str,
) -> None:
    fetch_page = partial(fetch, allow_loopback_port=urlsplit(url).port)
    parts = (sources.database, ingestion.vectors, HashedEmbedders(), read_document)
    reader = Ingestion(sources, *parts, fetch_page=fetch_page)
    site = sources.add_site(base_id, url + "/", "ana", depth=1, pages=10)
    work(sources, reader, clock)
    assert (sources.get(site).state, sources.get(site).total) == ("ready", 3)
    assert retriever.search("¿Abrimos a las nueve o diez?", [base_id])[0].url == url + "/horario"
    (page,) = [source for source in sources.list(base_id) if source.name.endswith("/garantia")]
    sources.mark_removing(page.id)
    shop.pages["/horario"] = "<p>Abrimos a las diez.</p>"
    sources.set_refresh(site, 24)
    clock.now += 24 * 3600
    work(sources, reader, clock)
    names = [urlsplit(source.url).path for source in sources.list(base_id)]
    assert sorted(names) == ["/", "/", "/horario"]  # what staff removed does not come back
    assert "diez" in retriever.search("¿Abrimos a las nueve o diez?", [base_id])[0].text
    sources.mark_removing(site)
    work(sources, reader, clock)
    assert sources.list(base_id) == []


def test_a_site_is_asked_for_within_limits(sources: Sources, base_id: str) -> None:
    with pytest.raises(NotAccepted):
        sources.add_site(base_id, "https://example.com/", "ana", depth=9)
    with pytest.raises(NotAccepted):
        sources.add_site(base_id, "https://example.com/", "ana", pages=10_000)


def test_jinas_reader_gives_the_text_of_a_page() -> None:
    app = Flask("reader")
    seen: list[tuple[str, str]] = []

    @app.post("/")
    def read() -> tuple[dict[str, object], int]:
        asked = str(request.get_json()["url"])
        seen.append((asked, request.headers["Authorization"]))
        if asked.endswith("/limit"):
            return {"detail": "slow down"}, 429
        return {"code": 200, "data": {"title": "Horario", "content": "Abrimos a las nueve."}}, 200

    with serve(app) as address:
        found = read_page(address, "jina_key", "https://example.com/app")
        assert found == Fetched(
            b"# Horario\n\nAbrimos a las nueve.", "text/markdown", "https://example.com/app"
        )
        assert seen == [("https://example.com/app", "Bearer jina_key")]
        for wrong in ("https://example.com/limit", "file:///etc/passwd", "http://u:p@example.com/"):
            with pytest.raises(FetchRefused):
                read_page(address, "jina_key", wrong)
        assert len(seen) == 2
