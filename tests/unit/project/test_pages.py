"""The documentation: every page is listed, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def links(page: Path) -> set[Path]:
    return {(page.parent / target).resolve() for target in LINK.findall(page.read_text(encoding="utf-8"))}


def test_every_page_is_listed() -> None:
    pages = {page.resolve() for page in DOCS.rglob("*.md") if page.parent.name != "decisions"}
    assert len(pages) > 10
    assert pages - links(DOCS / "README.md") == {(DOCS / "README.md").resolve()}


def test_links_lead_to_files() -> None:
    lost = {
        f"{page.relative_to(ROOT)}: {target}"
        for page in (ROOT / "README.md", *DOCS.rglob("*.md"))
        for target in links(page)
        if not target.exists()
    }
    assert lost == set()
