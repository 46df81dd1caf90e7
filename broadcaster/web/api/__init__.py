"""The same acts as on the pages, as JSON for other programs, under /api/v1 (docs/api.md)."""

from fastapi import FastAPI

from broadcaster.web.api.contract import describe
from broadcaster.web.api.failures import handle_failures
from broadcaster.web.api.gate import Gate
from broadcaster.web.api.routes import alerts, drafts, requests, sending, terminals, town
from broadcaster.web.site import Site


def create_api(site: Site) -> FastAPI:
    """Return the interface as an application of its own, to be mounted at /api/v1."""
    api = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.site = site
    api.add_middleware(Gate, site=site)
    for subject in (alerts, sending, drafts, terminals, requests, town):
        api.include_router(subject.router)
    handle_failures(api)
    describe(api)
    return api
