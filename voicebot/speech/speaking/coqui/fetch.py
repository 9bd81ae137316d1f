"""Fetches a model that Coqui's own manager knows. A program for Coqui's environment, on its own.

    python fetch.py NAME FOLDER

Models and vocoders go to FOLDER/tts as Coqui lays them out. Terms that a model comes with are never agreed to
here: set COQUI_TOS_AGREED=1 once you have read them.
"""

from __future__ import annotations

import difflib
import sys

from TTS.utils.manage import ModelManager


def main() -> None:
    """Fetch the model, and the vocoder that goes with it."""
    name, folder = sys.argv[1:]
    manager = ModelManager(output_prefix=folder, progress_bar=False)
    known = manager.list_models()
    if name not in known and "fairseq" not in name:
        close = difflib.get_close_matches(name, known, 3, 0.4)
        sys.exit(f"Coqui knows no model {name}" + (f"; did you mean {' or '.join(close)}?" if close else ""))
    try:
        _, _, item = manager.download_model(name)
        if item.get("default_vocoder"):
            manager.download_model(item["default_vocoder"])
    except EOFError:
        sys.exit(f"{name} has terms of its own: read them, and set COQUI_TOS_AGREED=1 where you agree")
    except Exception as error:  # the network's, the disk's, an archive's
        sys.exit(f"{name} could not be fetched: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
