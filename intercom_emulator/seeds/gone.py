"""Contacts that are active no more, and what happened to contacts as records."""

from __future__ import annotations

from collections.abc import Sequence

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.workspace import MERGED_IDS, Seed

FIRST_ACTIVITY_ID = 1_000_001
STATUSES = ("archived", "blocked", "pending_deletion", "permanently_deleted")


def add_merges(seed: Seed, merges: Sequence[tuple[str, str, int]]) -> None:
    """Let contacts have been merged: (the one that is gone, the one that took it in, when)."""
    histories: dict[str, list[Json]] = {}
    for source_id, into_id, merged_at in merges:
        item = shapes.merge_history(source_id, merged_at)
        histories.setdefault(into_id, []).append(item)
        gone = shapes.deleted_contact(
            source_id,
            merged_at,
            role="lead",
            email=f"lead{len(seed.objects['deleted_contacts'])}@example.com",
            status="merged",
            merged_into_id=into_id,
            created_at=merged_at - 60,
        )
        seed.objects["deleted_contacts"].append(gone)
    seed.merge_histories = histories


def add_gone(seed: Seed, first: int, moments: Sequence[int]) -> None:
    """Let contacts have gone at these moments, in turn by each way there is."""
    for number, moment in enumerate(moments):
        status = STATUSES[number % len(STATUSES)]
        is_erased = status == "permanently_deleted"
        gone = shapes.deleted_contact(
            MERGED_IDS.to_id(first + number),
            moment,
            external_id=None if is_erased else f"gone-{number}",
            email=None if is_erased else f"o'gone{number}@example.com",
            name=f"Somebody {number}",
            status=status,
            created_at=moment - 86_400,
        )
        seed.objects["deleted_contacts"].append(gone)


def add_activities(seed: Seed, contacts: Sequence[Json]) -> None:
    """Tell the whole history of these contacts and of those that are gone, the oldest first."""
    told = [(one["created_at"], "created", {"contact_id": one["id"]}) for one in contacts]
    for one in seed.objects["deleted_contacts"]:
        if one["status"] == "merged":
            into = one["merged_into_id"]
            sides = {"contact_id": into, "merge_source_id": one["id"], "merge_target_id": into}
            told.append((one["updated_at"], "merged", sides))
        elif one["status"] == "permanently_deleted":
            told.append((one["updated_at"], "deleted", {"contact_id": one["id"]}))
    told.sort(key=lambda each: (each[0], each[2]["contact_id"]))
    seed.objects["contact_activities"] = [
        shapes.contact_activity(str(FIRST_ACTIVITY_ID + number), moment, event=event, **fields)
        for number, (moment, event, fields) in enumerate(told)
    ]
