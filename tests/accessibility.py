"""axe-core, which every page is judged by: WCAG 2.2 AA."""

import json
from functools import cache
from pathlib import Path

import pytest

_AXE = Path(__file__).parent / "terminal" / "screen" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# A contrast is asked for however large the letters are, where it is more than axe asks for by itself.
_RUN = """async ({ tags, contrast, rules }) => {
  if (contrast) {
    const contrastRatio = { normal: { expected: contrast }, large: { expected: contrast } };
    axe.configure({ checks: [{ id: "color-contrast-enhanced", options: { contrastRatio, boldValue: 700, boldTextPt: 14,
      largeTextPt: 18, ignoreUnicode: true, ignorePseudo: false, ignoreLength: false, pseudoSizeThreshold: 0.25 } }] });
  }
  const { violations } = await axe.run(document, {
    runOnly: rules ? { type: "rule", values: rules } : { type: "tag", values: tags },
    rules: rules ? {} : { "color-contrast-enhanced": { enabled: Boolean(contrast) } },
    resultTypes: ["violations"],
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
}"""


@cache
def axe() -> str:
    """Return axe-core's script, which a page has to have run before it can be judged."""
    if not _AXE.exists():
        pytest.fail(
            f"axe-core is missing: `make test` installs it, or npm install --no-package-lock in {_AXE.parents[2]}"
        )
    return _AXE.read_text(encoding="utf-8")


def judge(*, contrast: int | None = None, rules: list[str] | None = None) -> str:
    """Return the expression that gives the list of a page's faults.

    `contrast` is asked of all letters, however large; `rules` are the only ones to judge by, all of WCAG 2.2 AA else.
    """
    return f"({_RUN})({json.dumps({'tags': _TAGS, 'contrast': contrast, 'rules': rules})})"
