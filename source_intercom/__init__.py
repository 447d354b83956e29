"""Airbyte source connector for Intercom."""

from source_intercom.quick_imports import quick_imports

with quick_imports():
    from source_intercom.source import SourceIntercom

__all__ = ["SourceIntercom"]
