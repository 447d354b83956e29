"""The help center, and everything else that Fin and people read."""

from __future__ import annotations

from typing import Any

from intercom_emulator.messages import Json
from intercom_emulator.shapes.base import ID, ISO, NOW, WORKSPACE_ID, public, reference, shape

_AUTHOR_ID = 991_267_459

article = shape(
    type="article",
    id=ID,
    workspace_id=WORKSPACE_ID,
    title="",
    description="",
    body="",
    body_markdown="",
    author_id=_AUTHOR_ID,
    state="published",
    created_at=NOW,
    updated_at=NOW,
    has_unpublished_changes=False,
    draft_updated_at=None,
    url=None,
    parent_ids=[],
    ai_chatbot_availability=True,
    ai_copilot_availability=True,
    ai_sales_agent_availability=False,
    created_by_id=_AUTHOR_ID,
    updated_by_id=None,
    exclude_from_article_suggestions=False,
    help_center_audience="everyone",
    scheduled_publish_at=None,
    scheduled_unpublish_at=None,
    default_locale="en",
    translated_content=None,
    tags={"type": "tag.list", "tags": []},
    _statistics={},
    _draft=None,
)
"""An article; `_draft` holds what of it changed and isn't published yet."""

article_content = shape(
    type="article_content",
    title="",
    description="",
    body="",
    author_id=_AUTHOR_ID,
    state="published",
    created_at=NOW,
    updated_at=NOW,
    url="https://help.linnet.example.com",
)
"""An article in another language. It has no id: its locale tells it from the others."""

article_version = shape(
    type="article_version",
    id=ID,
    article_id="",
    title="",
    description="",
    author_id=str(_AUTHOR_ID),
    created_by_id=str(_AUTHOR_ID),
    created_via="web",
    from_version_id=None,
    state="published",
    created_at=NOW,
)


def article_statistics(views: int = 0, **fields: Any) -> Json:
    """What became of an article's readers; `conversions` is one half of a contradiction."""
    return {
        "type": "article_statistics",
        "views": views,
        "conversions": views // 90,
        "reactions": views // 30,
        "happy_reaction_percentage": 62.5 if views else 0.0,
        "neutral_reaction_percentage": 25.0 if views else 0.0,
        "sad_reaction_percentage": 12.5 if views else 0.0,
        "fin_involvements": views // 20,
        "fin_resolutions": views // 40,
        "fin_resolution_rate": 0.5 if views else 0.0,
        **fields,
    }


def statistics_of(article: Json, conversions_key: str = "conversations") -> Json:
    """An article's statistics; the API contradicts itself about the name of one of them."""
    found = article_statistics() | article["_statistics"]
    count = found.pop("conversions")
    return {**found, conversions_key: count}


def draft_of(article: Json) -> Json:
    """An article as it would be once published."""
    return public({**article, **(article["_draft"] or {})})


collection = shape(
    id=ID,
    workspace_id=WORKSPACE_ID,
    name="",
    description=None,
    created_at=NOW,
    updated_at=NOW,
    url=None,
    icon="bookmark",
    order=1,
    default_locale="en",
    translated_content=None,
    parent_id=None,
    help_center_id=None,
)
"""A collection, or with a `parent_id` a section of one. It has no type."""

help_center = shape(
    id=ID,
    workspace_id=WORKSPACE_ID,
    created_at=NOW,
    updated_at=NOW,
    identifier="help",
    website_turned_on=True,
    display_name="Help",
    url="https://help.example.com",
    custom_domain=None,
    default=False,
    locales=["en"],
)

help_center_redirect = shape(
    id=ID,
    type="help_center_redirect",
    from_url="",
    locale="en",
    help_center_id="",
    target_type="article",
    target_id="",
    created_at=NOW,
    updated_at=NOW,
)

internal_article = shape(
    type="internal_article",
    id=ID,
    title="",
    body="",
    body_markdown="",
    owner_id=_AUTHOR_ID,
    author_id=_AUTHOR_ID,
    created_at=NOW,
    updated_at=NOW,
    locale="en",
    audience_ids=[],
    ai_chatbot_availability=True,
    ai_copilot_availability=True,
    ai_sales_agent_availability=False,
)

content_snippet = shape(
    type="content_snippet",
    id=ID,
    title=None,
    locale="en",
    json_blocks=[],
    body_markdown="",
    chatbot_availability=1,
    copilot_availability=1,
    ai_chatbot_availability=True,
    ai_copilot_availability=True,
    ai_sales_agent_availability=False,
    created_at=NOW,
    updated_at=NOW,
    audience_ids=[],
)

content_import_source = shape(
    type="content_import_source",
    id=ID,
    last_synced_at=NOW,
    sync_behavior="automatic",
    status="active",
    url="",
    created_at=NOW,
    updated_at=NOW,
    audience_ids=[],
)

external_page = shape(
    type="external_page",
    id=ID,
    title="",
    html="",
    url="https://docs.example.com",
    ai_agent_availability=True,
    ai_copilot_availability=True,
    ai_sales_agent_availability=False,
    fin_availability=True,
    locale="en",
    source_id=1,
    external_id="",
    created_at=NOW,
    updated_at=NOW,
    last_ingested_at=NOW,
)

file_source = shape(type="file_source_content", id=ID, title="", _created_at=NOW, _updated_at=NOW)
"""An uploaded file; only the search over all content names it."""

audience = shape(
    type="audience",
    id=ID,
    name="",
    predicates=[],
    role_predicates=[{"attribute": "role", "type": "role", "comparison": "eq", "value": "user"}],
    created_at=NOW,
    updated_at=NOW,
)

macro = shape(
    type="macro",
    id=ID,
    name="",
    body="",
    body_text="",
    created_at=ISO,
    updated_at=ISO,
    visible_to="everyone",
    visible_to_team_ids=[],
    available_on=["inbox", "messenger"],
)

news_item = shape(
    type="news-item",
    id=ID,
    workspace_id=WORKSPACE_ID,
    title="",
    body="",
    sender_id=_AUTHOR_ID,
    state="live",
    newsfeed_assignments=[],
    labels=[],
    cover_image_url=None,
    reactions=[None, None, None, None],
    deliver_silently=False,
    created_at=NOW,
    updated_at=NOW,
)

newsfeed = shape(id=ID, type="newsfeed", name="", created_at=NOW, updated_at=NOW)

custom_object_instance = shape(
    id=ID,
    external_id="",
    external_created_at=None,
    external_updated_at=None,
    created_at=NOW,
    updated_at=NOW,
    type="Order",
    custom_attributes={},
)


def tag_list(tags: list[Json], applied_at: int, admin_id: str) -> Json:
    """Tags as articles, companies and conversations hold them."""
    by = reference("admin", admin_id)
    return {
        "type": "tag.list",
        "tags": [{**tag, "applied_at": applied_at, "applied_by": by} for tag in tags],
    }
