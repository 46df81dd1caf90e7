from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from broadcaster.ledger import Ledger
from tests.broadcaster.web.api.program import Program, make_token


@pytest.fixture
async def program(app: FastAPI, ledger: Ledger) -> AsyncIterator[Program]:
    """A program that may do everything."""
    program = Program(app, make_token(ledger))
    yield program
    await program.client.aclose()
