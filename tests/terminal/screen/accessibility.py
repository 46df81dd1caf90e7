"""Whether everybody can see and press what a page shows: WCAG 2.2 AA by axe-core, and what this product adds."""

from functools import cache
from pathlib import Path

from playwright.async_api import Page

from tests.accessibility import axe, judge

_HERE = Path(__file__).parent
# Letters for old eyes have 7:1 however large they are; axe would let large ones pass with 4.5:1.
JUDGE = judge(contrast=7)


@cache
def _sight() -> str:
    return (_HERE / "sight.js").read_text(encoding="utf-8")


async def faults_in_sight(page: Page) -> list[str]:
    """Return what of the page, as it is now, is too small to press, cut off, covered or written over another."""
    return [*await page.evaluate(_sight())]


async def assert_accessible(page: Page) -> None:
    """Assert that the page, as it is now, has no fault: none by axe, no small target, no text cut off or covered."""
    await page.evaluate(axe())
    faults = [*await page.evaluate(JUDGE), *await faults_in_sight(page)]
    if faults:
        raise AssertionError("\n".join([f"at {page.viewport_size}:", *faults]))
