"""Drafts, as programs read them."""

from datetime import datetime

from pydantic import BaseModel, Field

from broadcaster.ledger.drafts import StoredDraft
from broadcaster.web.api.models.content import DraftContent


class DraftAnswer(BaseModel):
    """A draft. The ETag of the answer names its version, for If-Match."""

    identifier: str = Field(description="The identifier of the alert that it becomes.")
    version: int
    content: DraftContent
    author: str
    created_at: datetime
    changed_by: str
    changed_at: datetime

    @classmethod
    def of(cls, draft: StoredDraft) -> "DraftAnswer":
        """Return a draft, however unfinished."""
        return cls.model_construct(
            identifier=draft.identifier,
            version=draft.version,
            content=DraftContent.of(draft.written),
            author=draft.author,
            created_at=draft.created_at,
            changed_by=draft.changed_by,
            changed_at=draft.changed_at,
        )


class DraftList(BaseModel):
    """The drafts from which no alert has been made, the latest change first."""

    drafts: list[DraftAnswer]
