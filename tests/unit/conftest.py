"""Unit tests are run all the time: properties are sought with fewer examples, and with more where asked.

``HYPOTHESIS_PROFILE=thorough`` seeks with ten times as many.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("usual", max_examples=40, deadline=None)  # machines are shared: no test fails by the clock
settings.register_profile("thorough", max_examples=400, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))
