"""Which registration is a trunk's, and what it says."""

from __future__ import annotations

import pytest

from voicebot.agi.trunk_state import registration


def one(name: str, status: str, endpoint: str = "") -> dict[str, str]:
    return {"ObjectName": name, "Endpoint": endpoint, "Status": status}


@pytest.mark.parametrize(
    ("registrations", "status"),
    [
        ([], ""),
        ([one("other", "Rejected")], ""),
        ([one("main", "Registered")], "Registered"),
        ([one("main", "Rejected")], "Rejected"),
        ([one("carrier", "Unregistered", endpoint="main")], "Unregistered"),
        ([one("main", "Rejected", endpoint="other")], ""),
        ([one("main-reg-0", "Stopped")], "Stopped"),
        ([one("a", "Rejected", endpoint="main"), one("b", "Registered (exp. 99s)", endpoint="main")],
         "Registered (exp. 99s)"),
    ],
)  # fmt: skip
def test_the_status_of_an_endpoints_registration(registrations: list[dict[str, str]], status: str) -> None:
    assert registration("main", registrations) == status
