"""Every address of the OpenAPI document, called as generated from it and against it: no 5xx."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from actions.services import Services
from agent.own_token import own_token
from bot.app import create_app
from tests.bot.conftest import on_one_database

CASES = int(os.environ.get("FUZZ_CASES", "40"))  # of each kind, for each address
# Nobody answers in this test, and no worker looks anything up: these say so.
NO_ANSWER = {
    "POST /chat": 504,
    "POST /bases/{base_id}/search": 503,
    "POST /bases/{base_id}/measure": 503,
    "POST /bases/{base_id}/advice": 503,
}
# Code runs in the name of a person whom an administrator lets: a token of the installation is none.
OF_A_PERSON = {"POST /notebooks/{notebook_id}/runs", "PUT /notebooks/{notebook_id}/schedule"}


@on_one_database
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_generated_request_ends_in_a_server_error(
    services: Services, mode: GenerationMode
) -> None:
    app = create_app(services, chat_seconds=0.01)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) >= 10
    for operation in operations:
        _call_generated(operation, mode, own_token(services.settings))


def _call_generated(operation: schemathesis.APIOperation, mode: GenerationMode, token: str) -> None:
    shown = {"Authorization": f"Bearer {token}"}

    @seed(20261122)
    @settings(
        max_examples=CASES, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: schemathesis.Case) -> None:
        case.headers = {**(case.headers or {}), **shown}
        status = case.call().status_code
        assert status < 500 or status == NO_ANSWER.get(operation.label), (operation.label, status)
        assert status != 401, operation.label
        assert status != 403 or operation.label in OF_A_PERSON, operation.label

    call()
