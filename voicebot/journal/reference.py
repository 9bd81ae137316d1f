"""``docs/reference/journal.md``, written from the events.

``python -m voicebot.journal.reference`` writes it; a test checks that it is up to date.
"""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Final

from voicebot.journal.events import BY_NAME, SCHEMA

FILE: Final = Path("docs/reference/journal.md")
_HEAD: Final = """\
# A call's journal

Written from the program by `python -m voicebot.journal.reference`; change the events in `voicebot/journal/events`, not
this page.

Every event and command of a call, one JSON object a line, in `call.journals` under `YYYY/MM/DD` (UTC) while the call
lasts; with the outcome it goes into the database (`voicebot call show CALL --all`, `--json`, `call export`). Each entry
has `at`, seconds since the journal was begun, `event`, and the fields below; a field that is empty is left out. Times
within entries (`began`, `ended`, `starts_at`, those of words) are on the same clock. The first entry, `begun`, gives
second 0 on the wall clock and the `schema`: {schema} now; journals without one are of version 1.
`voicebot.journal.reader` reads every version; an event that it does not know is kept as it is.

| event | what happened | fields |
|---|---|---|
"""


def render() -> str:
    """Return the page."""
    rows = []
    for name, kind in BY_NAME.items():
        what = (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
        fields = ", ".join(f"`{field.name}`" for field in dataclasses.fields(kind))
        rows.append(f"| `{name}` | {what} | {fields} |\n")
    return _HEAD.format(schema=SCHEMA) + "".join(rows)


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
    print(FILE)
