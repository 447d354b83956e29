"""The help center."""

from __future__ import annotations

from typing import Any

from intercom_emulator.messages import Json
from intercom_emulator.shapes.base import WORKSPACE_ID


def article(object_id: str, created_at: int, /, **fields: Any) -> Json:
    """A help centre article."""
    document: Json = {
        "type": "article",
        "id": object_id,
        "workspace_id": WORKSPACE_ID,
        "title": "",
        "description": "",
        "body": "",
        "body_markdown": "",
        "author_id": 991267459,
        "state": "published",
        "created_at": created_at,
        "updated_at": created_at,
        "has_unpublished_changes": False,
        "draft_updated_at": None,
        "url": None,
        "parent_ids": [],
        "ai_chatbot_availability": True,
        "ai_copilot_availability": True,
        "ai_sales_agent_availability": False,
        "created_by_id": 991267459,
        "updated_by_id": None,
        "exclude_from_article_suggestions": False,
        "help_center_audience": "everyone",
        "scheduled_publish_at": None,
        "scheduled_unpublish_at": None,
        "default_locale": "en",
        "translated_content": None,
        "tags": {"type": "tag.list", "tags": []},
        "_statistics": {
            "type": "article_statistics",
            "views": 0,
            "conversions": 0,
            "reactions": 0,
            "happy_reaction_percentage": 0.0,
            "neutral_reaction_percentage": 0.0,
            "sad_reaction_percentage": 0.0,
        },
    }
    document.update(fields)
    return document
