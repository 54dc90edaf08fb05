"""Which words does a page break within, as somebody sees it?"""

from __future__ import annotations

from playwright.sync_api import Page

LONGEST = 18
"""Letters; longer pieces are addresses, fingerprints and the like."""

_BROKEN = """(longest) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const broken = [];
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent || parent.closest("script, style, select, textarea, svg, .unseen, [hidden]")) continue;
    const head = parent.closest("thead");
    if (head && getComputedStyle(head).position === "absolute") continue;  // on a phone it is there for readers only
    if (!parent.checkVisibility({ visibilityProperty: true })) continue;
    // A word with a digit is a reference and whole; others may part after their own hyphen or stroke.
    for (const found of node.data.matchAll(/\\S+/g)) {
      if (found[0].length > longest) continue;
      const parts = /[^-\\u2013\\/]+[-\\u2013\\/]*|[-\\u2013\\/]+/g;
      const pieces = /\\d/.test(found[0]) ? [found[0]] : found[0].match(parts);
      let start = found.index;
      for (const piece of pieces) {
        range.setStart(node, start);
        range.setEnd(node, start + piece.length);
        start += piece.length;
        const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
        const lines = new Set(boxes.map((box) => Math.round(box.top)));
        if (lines.size > 1) broken.push(piece);
      }
    }
  }
  return broken;
}"""


def broken_words(page: Page) -> list[str]:
    """Words and references of ordinary length that stand on two lines, as often as they do."""
    words: list[str] = page.evaluate(_BROKEN, LONGEST)
    return words
