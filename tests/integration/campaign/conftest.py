"""The databases of the store's tests."""

from __future__ import annotations

from tests.integration.store.conftest import cluster, empty_url, store, url

__all__ = ["cluster", "empty_url", "store", "url"]
