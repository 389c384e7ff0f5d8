"""Jina Reader: a page whose text only appears once its scripts have run, as Markdown.

`POST {reader_url}/` with the address, after https://jina.ai/reader. The page is fetched by Jina and
not from here, so no address inside this network can be reached; its looks are checked all the same.
A reader of your own (JINA_READER_URL) resolves names itself and follows redirects: give it a
network from which it reaches the internet and nothing of yours.
"""

import urllib3
from urllib3.exceptions import HTTPError

from knowledge.errors import FetchRefused
from knowledge.web.fetch import MAX_BYTES, Fetched, check_form

SECONDS = 60.0
_REFUSED = "Jina Reader could not read the page. Add it without it, or try later."


def read_page(reader_url: str, api_key: str, url: str) -> Fetched:
    """The text of the page at *url*. Raises FetchRefused."""
    check_form(url)
    headers = {"Authorization": f"Bearer {api_key}", "Accept": "application/json", "DNT": "1"}
    try:
        answer = urllib3.request(
            "POST",
            reader_url + "/",
            json={"url": url},
            headers=headers,
            timeout=SECONDS,
            retries=False,
            redirect=False,
        )
        if answer.status != 200 or len(answer.data) > MAX_BYTES:
            raise FetchRefused(_REFUSED, "reader_refused")
        page = answer.json()["data"]
        text = f"# {page.get('title') or url}\n\n{page['content']}"
    except (HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FetchRefused(_REFUSED, "reader_refused") from error
    return Fetched(text.encode("utf-8", errors="replace"), "text/markdown", url)
