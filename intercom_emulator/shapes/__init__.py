"""
Intercom's objects, whole, with every field of API version 2.16.

A stored object holds its nested lists in full; keys that begin with an underscore never leave the
emulator. `render_…` turns a stored object into what the API shows.

Shapes: https://github.com/intercom/Intercom-OpenAPI/tree/main/descriptions/2.16
"""

from intercom_emulator.shapes.base import WORKSPACE_ID, Shape, iso, public, reference
from intercom_emulator.shapes.content import article
from intercom_emulator.shapes.office import (
    activity_log,
    admin,
    conversation_attribute,
    data_attribute,
    standard_attribute,
    team,
)
from intercom_emulator.shapes.people import (
    NESTED_LIMIT,
    addressable,
    applied,
    company,
    contact,
    nested_list,
    note,
    render_contact,
    segment,
    subscription_type,
    tag,
)
from intercom_emulator.shapes.talk import (
    author,
    conversation,
    conversation_parts,
    deleted_conversation,
    part,
    render_conversation_list_item,
    source,
    statistics,
    ticket,
)

__all__ = [
    "NESTED_LIMIT",
    "WORKSPACE_ID",
    "Shape",
    "activity_log",
    "addressable",
    "admin",
    "applied",
    "article",
    "author",
    "company",
    "contact",
    "conversation",
    "conversation_attribute",
    "conversation_parts",
    "data_attribute",
    "deleted_conversation",
    "iso",
    "nested_list",
    "note",
    "part",
    "public",
    "reference",
    "render_contact",
    "render_conversation_list_item",
    "segment",
    "source",
    "standard_attribute",
    "statistics",
    "subscription_type",
    "tag",
    "team",
    "ticket",
]
