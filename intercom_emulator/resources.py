"""
The table of resources: what each kind of object is called, how one is made, where it is listed.

A row is all that a plain list needs: its verbs (`workspace.create("brands", name="Acme")`) and its
routes follow from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from intercom_emulator import shapes
from intercom_emulator.settings import EndForm, NextForm

Form = Literal["whole", "numbers"]
"""
whole     the list comes at once
numbers   `page` and `per_page` in the query, a `pages` object in the answer
"""


@dataclass(frozen=True)
class Pages:
    """How a list is cut into pages; `next` and `end` are what Intercom's examples show."""

    form: Form = "whole"
    default: int = 0
    maximum: int = 0
    next: NextForm = "url"
    end: EndForm = "null"


WHOLE = Pages()


@dataclass(frozen=True)
class Listing:
    """
    How objects are listed: `{"type": kind, key: [...]}`, sorted by the field `order`.

    "-updated_at" means the newest first, "" the order in which the objects were made.
    """

    path: str
    key: str = "data"
    kind: str = "list"
    pages: Pages = WHOLE
    order: str = ""
    permissions: tuple[str, ...] = ()
    since: str = "2.11"
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Single:
    """Where one object is asked for, and the error of one that isn't there."""

    path: str
    permissions: tuple[str, ...] = ()
    code: str = "not_found"
    message: str = "Resource Not Found"


@dataclass(frozen=True)
class Resource:
    """One kind of object; `key` holds what tells one from another."""

    name: str
    make: shapes.Shape
    listing: Listing | None = None
    single: Single | None = None
    key: str = "id"
    new_id: Callable[[int], Any] = str

    def to_key(self, text: str) -> Any:
        """The id that `text` in a path means; of objects with whole numbers, a number."""
        is_number = self.new_id is int and text.isdecimal()
        return int(text) if is_number else text


READ_USERS = ("read_users_companies", "write_users_companies")
READ_ADMINS = ("read_admins",)
READ_ARTICLES = ("read_articles_scope",)
READ_CONVERSATIONS = ("read_conversations",)


def _segment_id(number: int) -> str:
    return f"6762f25c{number:0>16}"


_TABLE = (
    Resource("contacts", shapes.contact),
    Resource("companies", shapes.company),
    Resource("conversations", shapes.conversation),
    Resource("tickets", shapes.ticket),
    Resource(
        "admins",
        shapes.admin,
        Listing(
            "/admins",
            "admins",
            "admin.list",
            permissions=READ_ADMINS,
            parameters=("display_avatar",),
        ),
        Single(
            "/admins/{admin_id}",
            (*READ_ADMINS, "read_one_admin"),
            "admin_not_found",
            "Admin for admin_id not found",
        ),
    ),
    Resource("tags", shapes.tag, Listing("/tags", permissions=("read_tags",))),
    Resource(
        "teams",
        shapes.team,
        Listing("/teams", "teams", "team.list", permissions=(*READ_ADMINS, "read_users_companies")),
    ),
    Resource(
        "segments",
        shapes.segment,
        Listing(
            "/segments",
            "segments",
            "segment.list",
            permissions=READ_USERS,
            parameters=("include_count", "type"),
        ),
        new_id=_segment_id,
    ),
    Resource(
        "data_attributes",
        shapes.data_attribute,
        Listing(
            "/data_attributes", permissions=READ_USERS, parameters=("model", "include_archived")
        ),
        key="_key",
        new_id=int,
    ),
    Resource(
        "conversation_attributes",
        shapes.conversation_attribute,
        Listing(
            "/conversations/attributes",
            permissions=READ_CONVERSATIONS,
            since="2.16",
            parameters=("include_archived",),
        ),
        new_id=int,
    ),
    Resource(
        "articles",
        shapes.article,
        Listing(
            "/articles",
            pages=Pages("numbers", 25, 250, end="absent"),
            order="-updated_at",
            permissions=READ_ARTICLES,
        ),
        Single("/articles/{article_id}"),
    ),
    Resource("notes", shapes.note),
    Resource("subscription_types", shapes.subscription_type),
    Resource("activity_logs", shapes.activity_log),
    Resource(
        "deleted_conversations",
        shapes.deleted_conversation,
        Listing(
            "/conversations/deleted",
            "conversations",
            "conversations.list",
            pages=Pages("numbers", 20, 60),
            order="-deleted_at",
            permissions=READ_CONVERSATIONS,
            since="2.16",
            parameters=("order",),
        ),
    ),
)

RESOURCES = {one.name: one for one in _TABLE}
"""By name, in the order in which counts are told."""
