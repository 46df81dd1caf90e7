"""From a template to a page."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from broadcaster.domain.roles import Act, may
from broadcaster.web import sessions
from broadcaster.web.banner import banners
from broadcaster.web.errors import PageError
from broadcaster.web.site import site_of
from broadcaster.web.troubles import count_troubles


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page within the layout; `context` is what its template names."""
    site = site_of(request)
    account = sessions.visitor(request)
    html = site.templates.get_template(template).render(
        town=site.town,
        account=account,
        may_send=account is not None and may(account.role, Act.SEND),
        may_approve=account is not None and may(account.role, Act.APPROVE),
        may_audit=account is not None and may(account.role, Act.READ_AUDIT),
        may_manage=account is not None and may(account.role, Act.MANAGE),
        csrf=sessions.token_of(request),
        banners=banners(site, account) if account else (),
        waiting_requests=site.ledger.requests.waiting() if account else None,
        trouble_count=count_troubles(site) if account else None,
        path=request.url.path,
        **context,
    )
    return HTMLResponse(html, status_code=status)


def error_page(request: Request, error: PageError) -> HTMLResponse:
    """Return an error page."""
    return page(request, "error.html", status=error.status, error=error)


def not_stored_page(request: Request, advice: str, form: FormData) -> HTMLResponse:
    """Return the page of something that could not be stored: what was written, and a button that sends it again."""
    return _bare_page(
        request,
        "not_stored.html",
        status=503,
        csrf=sessions.token_of(request),
        advice=advice,
        fields=[(name, value) for name, value in form.multi_items() if name != sessions.CSRF_FIELD],
        headline=sessions.text_of(form, "headline"),
        body=sessions.text_of(form, "body"),
    )


def bare_error_page(request: Request, error: PageError) -> HTMLResponse:
    """Return an error page for which nothing is read from the ledger."""
    return _bare_page(request, "error.html", status=error.status, csrf="", error=error)


def _bare_page(request: Request, template: str, *, status: int, csrf: str, **context: Any) -> HTMLResponse:
    # Nothing is read from the ledger, since that may be what has failed: the layout does not say who is logged in.
    site = site_of(request)
    html = site.templates.get_template(template).render(
        town=site.town, account=None, may_send=False, csrf=csrf, banners=(), path=request.url.path, **context
    )
    return HTMLResponse(html, status_code=status)
