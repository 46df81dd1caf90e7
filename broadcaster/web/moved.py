"""Telling who comes second what the first one did."""

from fastapi import Request
from fastapi.responses import Response

from broadcaster.domain.written import Written
from broadcaster.ledger.submissions import State, StoredSubmission
from broadcaster.web.authors import author_name
from broadcaster.web.pages import page
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import moment


def moved_page(request: Request, identifier: str, written: Written | None = None) -> Response:
    """Return the page that says who was faster and what stands; `written` is what the reader wanted to send, kept."""
    site = site_of(request)
    story, path, link = _what_stands(site, identifier)
    return page(
        request,
        "moved.html",
        status=409,
        story=story,
        link=link,
        link_path=path,
        written=written,
    )


def _what_stands(site: Site, identifier: str) -> tuple[str, str, str]:
    """Return what happened, and a path with its name."""
    sent = site.ledger.alerts.get(identifier)
    if sent is not None:
        by = author_name(site, sent.accepted_by)
        at = moment(sent.alert.sent, site.town.time_zone)
        return f"{by}さんが、このお知らせを{at}に放送しました。", f"/alerts/{identifier}", "放送の状況を見る"
    submission = site.ledger.submissions.get(identifier)
    if submission is not None:
        return _of_submission(site, submission), f"/planned/{identifier}", "いまの内容を見る"
    draft = site.ledger.drafts.get(identifier)
    if draft is None:
        return "この下書きは、ほかの職員が消しました。", "/planned", "予定と承認を見る"
    by, at = author_name(site, draft.changed_by), moment(draft.changed_at, site.town.time_zone)
    return f"{by}さんが、この下書きを{at}に変えました。", "/drafts", "下書きを見る"


def _of_submission(site: Site, submission: StoredSubmission) -> str:
    submitter = author_name(site, submission.submitted_by)
    match submission.state:
        case State.PLANNED if submission.left_out_by:
            return f"{author_name(site, submission.left_out_by)}さんが、このお知らせを休む日を変えました。"
        case State.WAITING:
            return f"{submitter}さんが、このお知らせの承認を頼みました。"
        case State.PLANNED if submission.approved_by:
            return f"{author_name(site, submission.approved_by)}さんが、このお知らせを承認しました。"
        case State.PLANNED:
            return f"{submitter}さんが、このお知らせを予約しました。"
        case State.RETURNED:
            return f"{author_name(site, submission.noted_by)}さんが、このお知らせを下書きにもどしました。"
        case State.CLOSED:
            return "このお知らせの予定は、もう終わっています。"
