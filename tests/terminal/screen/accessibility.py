"""Whether everybody can see and press what a page shows: WCAG 2.2 AA by axe-core, and what this product adds."""

from functools import cache
from pathlib import Path

import pytest
from playwright.async_api import Page

_HERE = Path(__file__).parent
_AXE = _HERE / "node_modules" / "axe-core" / "axe.min.js"

_RUN_AXE = """async () => {
  // Letters for old eyes have 7:1 however large they are; axe would let large ones pass with 4.5:1.
  const contrastRatio = { normal: { expected: 7 }, large: { expected: 7 } };
  axe.configure({ checks: [{ id: "color-contrast-enhanced", options: { contrastRatio, boldValue: 700, boldTextPt: 14,
    largeTextPt: 18, ignoreUnicode: true, ignorePseudo: false, ignoreLength: false, pseudoSizeThreshold: 0.25 } }] });
  const { violations } = await axe.run(document, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
    rules: { "color-contrast-enhanced": { enabled: true } },
    resultTypes: ["violations"],
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
}"""


@cache
def axe() -> str:
    """Return the script of axe-core."""
    if not _AXE.exists():
        pytest.fail("axe-core is missing: `make test` installs it, or npm install --no-package-lock in this folder")
    return _AXE.read_text(encoding="utf-8")


@cache
def _sight() -> str:
    return (_HERE / "sight.js").read_text(encoding="utf-8")


async def faults_in_sight(page: Page) -> list[str]:
    """Return what of the page, as it is now, is too small to press, cut off, covered or written over another."""
    return [*await page.evaluate(_sight())]


async def assert_accessible(page: Page) -> None:
    """Assert that the page, as it is now, has no fault: none by axe, no small target, no text cut off or covered."""
    await page.evaluate(axe())
    faults = [*await page.evaluate(_RUN_AXE), *await faults_in_sight(page)]
    if faults:
        raise AssertionError("\n".join([f"at {page.viewport_size}:", *faults]))
