"""What a run left: for signed-in staff, in a frame without rights, in a real Chromium too."""

import pytest
from playwright.sync_api import expect

from actions import agents
from actions import notebooks as acts
from actions.releases import Wish, release
from actions.shown import Shown
from agent.actor import Actor
from agent.notebooks import code, notebook
from agent.spec import Spec
from studio.texts import say
from tests.studio.conftest import Site
from tests.studio.test_browser import PATIENCE, Watched
from tests.studio.test_browser import watched as watched

EDITOR = Actor("editor@example.com", "editor")
WILD = (
    "<script>top.document.title = 'taken'; parent.postMessage('taken', '*')</script>"
    "<img src=x onerror=\"top.document.title = 'taken'\"><b id=fine>tabla</b>"
)
OUTPUTS = [
    {"output_type": "display_data", "metadata": {}, "data": {"text/html": WILD}},
    {"output_type": "stream", "name": "stdout", "text": "<i>impreso</i>"},
]
BODY = notebook([code("days = 7", "parameters"), code("days")])
EXECUTED = notebook([code("days = 7", "parameters"), {**code("days"), "outputs": OUTPUTS}])


def handed_in(site: Site) -> str:
    """A run that somebody handed in, with markup that wants too much."""
    services = site.house.services
    made = acts.save(services, EDITOR, "Informe del navegador", BODY)
    return acts.hand_in(services, EDITOR, made, EXECUTED)


def test_a_result_is_for_signed_in_staff_and_for_a_frame_of_ours(site: Site) -> None:
    run_id = handed_in(site)
    answer = site.client("viewer").get(f"/results/{run_id}")
    assert answer.status_code == 200
    assert "<b>tabla</b>" in answer.text
    assert "taken" not in answer.text
    assert "&lt;i&gt;impreso" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("frame-ancestors 'self'; sandbox")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert site.house.services.store.audit.page()[0].action == "notebook seen"
    assert site.client().get(f"/results/{run_id}").status_code == 401
    for name in ("0" * 32, "x", "../x"):
        assert site.client("admin").get(f"/results/{name}").status_code == 404


@pytest.mark.browser
@pytest.mark.timeout(400)
def test_a_result_is_seen_in_a_frame_and_runs_nothing(
    watched: Watched, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = handed_in(site)
    # Cleaning is one of three layers: the other two hold without it.
    monkeypatch.setattr("studio.notebook_html.nh3.clean", lambda markup, **_: markup)
    page = watched.page
    watched.sign_in("viewer", "es")
    watched.go("es", "notebooks", f"?open={run_id}")
    frame = page.frame_locator("iframe.as-result")
    expect(frame.locator("#fine")).to_have_text("tabla", timeout=PATIENCE)
    assert page.title() != "taken"
    assert page.locator("iframe.as-result").get_attribute("sandbox") == ""
    blocked = [one for one in watched.complaints if "frame" in one or "Security Policy" in one]
    assert blocked
    watched.complaints[:] = [
        one for one in watched.complaints if one not in blocked and "/results/x" not in one
    ]


@pytest.mark.browser
@pytest.mark.timeout(400)
def test_the_evidence_of_a_version_opens_beside_it_and_runs_nothing(
    watched: Watched, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = site.house.services
    agent_id = agents.create(services, EDITOR, Spec(name="Nina", instructions="Ofrece citas."))
    shown = [Shown("notebook", handed_in(site))]
    release(services, EDITOR, Wish(agent_id, "api", "", despite_warnings=True, shown=shown))
    monkeypatch.setattr("studio.notebook_html.nh3.clean", lambda markup, **_: markup)
    page = watched.page
    watched.sign_in("viewer", "es")
    watched.go("es", "", f"?agent={agent_id}")
    page.get_by_role("tab", name=say("es", "agents.tab_release")).click()
    page.locator("#agent-versions summary").click()
    expect(page.locator("#agent-versions summary")).to_contain_text("sin verificar")
    frame = page.frame_locator("#agent-versions iframe.as-result")
    expect(frame.locator("#fine")).to_have_text("tabla", timeout=PATIENCE)
    assert page.title() != "taken"
    assert page.locator("iframe.as-result").get_attribute("sandbox") == ""
    watched.complaints[:] = [
        one
        for one in watched.complaints
        if "frame" not in one and "Security Policy" not in one and "/results/x" not in one
    ]
