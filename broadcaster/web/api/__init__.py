"""The same acts as on the pages, as JSON for other programs, under /api/v1 (docs/api.md)."""

import re

from fastapi import FastAPI
from starlette.routing import Mount

from broadcaster.web.api.contract import PREFIX, describe
from broadcaster.web.api.failures import handle_failures
from broadcaster.web.api.gate import Gate
from broadcaster.web.api.routes import alerts, drafts, requests, sending, submissions, terminals, town
from broadcaster.web.site import Site


def create_api(site: Site) -> FastAPI:
    """Return the interface as an application of its own."""
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    api.state.site = site
    api.add_middleware(Gate, site=site)
    for subject in (alerts, sending, drafts, submissions, terminals, requests, town):
        api.router.routes.extend(subject.router.routes)
    handle_failures(api)
    describe(api)
    return api


def mount_api(app: FastAPI, site: Site) -> None:
    """Serve the interface within the application of the pages, which finds its contract as `app.state.api`."""
    app.state.api = create_api(site)
    mount = Mount(PREFIX, app=app.state.api)
    # Starlette's own pattern lets an address with a line feed in it fall through to the pages.
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    app.router.routes.append(mount)
