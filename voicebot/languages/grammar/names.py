"""Names of people and companies, made safe to speak."""

from __future__ import annotations

import re


def without_signs(value: str) -> str:
    """Letters, digits, spaces, commas, apostrophes, hyphens and inner decimal points only; words stay apart."""
    value = value.replace("’", "'").replace("‘", "'")
    value = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", value)
    value = re.sub(r"(?<!\w)'|'(?!\w)", " ", value)
    value = re.sub(r"(?<!\w)-|-(?!\w)", " ", value)
    value = re.sub(r"[^\w\s,，、.'·-]|_", " ", value)
    return re.sub(r"\s+", " ", re.sub(r"\s+([,，])", r"\1", value)).strip()
