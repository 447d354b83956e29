"""What hangs on the demo's contacts, companies, conversations and articles."""

# ruff: noqa: PLR2004, S311 - chances and dice are what it is made of

from __future__ import annotations

import random
from collections.abc import Sequence

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.seeds.gone import add_activities, add_gone, add_merges
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, FIRST_TEAM_ID, NOW
from intercom_emulator.workspace import MERGED_IDS, Seed

MERGES, GONE = 60, 40
_HOUR = 3600
_EVENTS = ("opened_board", "invited_teammate", "exported_report", "upgraded_plan")


def add_details(
    seed: Seed, contacts: Sequence[Json], companies: Sequence[Json], conversations: Sequence[Json]
) -> None:
    """Fill what the seed has so far with everything that hangs on it."""
    rng = random.Random(20)
    _add_history(seed, rng, contacts)
    _add_choices(seed, rng, contacts)
    _add_events(seed, rng, contacts)
    _describe_companies(seed, rng, companies)
    for number, one in enumerate(conversations):
        _describe_conversation(seed, random.Random(number), number, one)
    _add_calls(seed, rng, conversations)
    _describe_articles(seed, rng)
    _count_loads(seed, conversations)


def _add_history(seed: Seed, rng: random.Random, contacts: Sequence[Json]) -> None:
    """Leads that became part of users, and contacts that went."""
    users = [one for one in contacts if one["role"] == "user" and one["created_at"] < NOW - 9 * DAY]
    merges = []
    for number, one in enumerate(rng.sample(users, MERGES)):
        merged_at = rng.randint(one["created_at"] + 60, NOW - DAY)
        merges.append((MERGED_IDS.to_id(number), one["id"], merged_at))
        one["updated_at"] = max(one["updated_at"], merged_at)
    add_merges(seed, sorted(merges, key=lambda merge: merge[2]))
    add_gone(seed, MERGES, sorted(rng.randint(NOW - 300 * DAY, NOW - DAY) for _ in range(GONE)))
    add_activities(seed, contacts)


def _add_choices(seed: Seed, rng: random.Random, contacts: Sequence[Json]) -> None:
    """Some opted out of the newsletter."""
    newsletter = seed.objects["subscription_types"][0]["id"]
    for one in contacts:
        if one["unsubscribed_from_emails"] or rng.random() < 0.05:
            entry = shapes.addressable("subscription", newsletter, "subscription_types")
            name = "opted_out_subscription_types"
            one[name] = shapes.nested_list(one["id"], name, [entry])


def _add_events(seed: Seed, rng: random.Random, contacts: Sequence[Json]) -> None:
    """What users did; some of it so long ago that only summaries know of it."""
    for contact in contacts:
        if contact["role"] == "lead" or rng.random() < 0.6:
            continue
        for _ in range(rng.randint(1, 5)):
            since = max(contact["created_at"], NOW - 200 * DAY)
            event = shapes.data_event(
                f"event-{len(seed.objects['data_events']):06}",
                rng.randint(since, NOW - 60),
                event_name=rng.choice(_EVENTS),
                intercom_user_id=contact["id"],
                user_id=contact["external_id"],
                id=contact["external_id"],
                email=contact["email"],
                metadata={"board": rng.randint(1, 900)},
            )
            seed.objects["data_events"].append(event)


def _describe_companies(seed: Seed, rng: random.Random, companies: Sequence[Json]) -> None:
    """The segments of companies by plan, and notes of account managers."""
    segments = seed.objects["segments"]
    for company in companies:
        if company["plan"]["name"] != "Free":
            company["segments"] = {"type": "segment.list", "segments": [segments[3]]}
        if rng.random() < 0.15:
            company["notes"] = _notes(seed, rng, company)


def _notes(seed: Seed, rng: random.Random, company: Json) -> Json:
    entries = []
    for _ in range(rng.randint(1, 3)):
        note = shapes.note(
            str(18_000_001 + len(seed.objects["company_notes"])),
            rng.randint(company["created_at"], NOW - 60),
            company=shapes.reference("company", company["id"]),
            author=seed.objects["admins"][10],
            body="<p>Renewal is on the way.</p>",
        )
        seed.objects["company_notes"].append(note)
        entries.append(shapes.addressable("note", note["id"], "notes"))
    return shapes.company_notes(company["id"], entries)


def _describe_conversation(seed: Seed, rng: random.Random, number: int, one: Json) -> None:
    """Who took part, what was judged, who was asked aside, what it refers to."""
    parts = one["conversation_parts"]["conversation_parts"]
    agents = {part["author"]["id"] for part in parts if part["author"]["type"] == "admin"}
    if agents:
        helpers = [shapes.reference("admin", each) for each in sorted(agents)]
        one["teammates"] = {"type": "admin.list", "admins": helpers}
    ended_at = min(one["updated_at"] + 60, NOW - 1)
    if not one["open"] and rng.random() < 0.2:
        _judge(rng, one, ended_at)
    if parts and rng.random() < 0.06:
        _ask_aside(seed, number, one, ended_at)
    if parts and rng.random() < 0.08:
        _pause(seed, number, one)
    if rng.random() < 0.05:
        order = shapes.public(rng.choice(seed.objects["custom_object_instances"]))
        one["custom_attributes"]["Orders"] = {"type": "Order.list", "instances": [order]}
    if number % 40 == 0:
        ticket_id = seed.ticket_ids.to_id(number // 40)
        link = {"type": "ticket", "id": ticket_id, "category": "Customer"}
        one["linked_objects"] = shapes.linked_objects([link])
        ticket = seed.tickets.document(number // 40)
        back = {"type": "conversation", "id": one["id"], "category": None}
        ticket["linked_objects"] = shapes.linked_objects([back])


def _judge(rng: random.Random, one: Json, at: int) -> None:
    is_good = rng.random() < 0.8
    result = "pass" if is_good else "fail"
    one["_monitor_evaluations"] = [shapes.monitor_evaluation("31", at, result=result)]
    if rng.random() < 0.5:
        score = float(rng.randint(70, 100) if is_good else rng.randint(20, 69))
        one["_scorecards"] = [shapes.scorecard("41", at, passed=is_good, score=score)]


def _ask_aside(seed: Seed, number: int, one: Json, at: int) -> None:
    agent = seed.objects["admins"][2]
    writer = shapes.author("admin", agent["id"], agent["name"], agent["email"])
    aside_id = str(5001 + number)
    parts = [
        shapes.part(f"4{number:06}{nth}", at, writer, part_type="comment", body=body)
        for nth, body in enumerate(("<p>Do you know this one?</p>", "<p>Yes, a known bug.</p>"))
    ]
    aside = shapes.side_conversation(
        aside_id, at, conversation_parts=parts, total_count=2, _conversation_id=one["id"]
    )
    seed.objects["side_conversations"].append(aside)


def _pause(seed: Seed, number: int, one: Json) -> None:
    admin = seed.objects["admins"][3]
    teammate = {"type": "admin", "id": int(admin["id"]), "name": admin["name"]}
    teammate["email"] = admin["email"]
    for nth, (kind, reason) in enumerate((("paused", "Lunch"), ("resumed", None))):
        event = shapes.handling_event(
            f"handling-{number}-{nth}",
            one["created_at"] + 600 + nth * _HOUR,
            teammate=teammate,
            type=kind,
            reason=reason,
            _conversation_id=one["id"],
        )
        seed.objects["handling_events"].append(event)


def _add_calls(seed: Seed, rng: random.Random, conversations: Sequence[Json]) -> None:
    """Some conversations were calls; a few calls led to no conversation."""
    for number, one in enumerate(rng.sample(list(conversations), 70)):
        is_missed = number % 10 == 9
        contact = one["contacts"]["contacts"][0]["id"]
        said = [{"speaker": "user", "text": "Hello, it is about my invoice."}]
        call = shapes.call(
            str(8001 + number),
            one["created_at"],
            conversation_id=None if is_missed else one["id"],
            contact_id=contact,
            admin_id=None if is_missed else str(FIRST_ADMIN_ID + 1 + number % 5),
            answered_at=None if is_missed else one["created_at"] + 20,
            ended_at=one["created_at"] + 20 + rng.randint(10, 900),
            state="missed" if is_missed else "ended",
            ended_reason="no_answer" if is_missed else "completed",
            direction="outbound" if number % 7 == 0 else "inbound",
            _transcript=None if number % 3 == 0 else said,
        )
        seed.objects["calls"].append(call)
        if not is_missed and one["source"] is not None:
            one["source"] = {**one["source"], "delivered_as": "operator_initiated"}
            one["source"]["type"] = "phone_call"


def _describe_articles(seed: Seed, rng: random.Random) -> None:
    """Tags, translations, versions and drafts of articles."""
    tags, versions = seed.objects["tags"], seed.objects["article_versions"]
    for number, one in enumerate(seed.objects["articles"]):
        if number % 3 == 0:
            some = rng.sample(tags, 1 + number % 2)
            one["tags"] = shapes.tag_list(some, one["updated_at"], str(FIRST_ADMIN_ID))
        if number % 8 == 0:
            german = shapes.article_content(
                "de", one["created_at"], title=f"{one['title']} (deutsch)", body="<p>Hallo</p>"
            )
            one["translated_content"] = {"type": "article_translated_content", "de": german}
        for nth in range(number % 4):
            version = shapes.article_version(
                str(301 + len(versions)),
                one["created_at"] + nth * _HOUR,
                article_id=one["id"],
                title=one["title"],
                from_version_id=str(300 + len(versions)) if nth else None,
            )
            versions.append(version)
        if number % 11 == 0:
            one["_draft"] = {"title": f"{one['title']}, revised"}
            one["has_unpublished_changes"] = True
            one["draft_updated_at"] = one["updated_at"] + 600


def _count_loads(seed: Seed, conversations: Sequence[Json]) -> None:
    """How many open conversations each member of a team has right now."""
    for position, team in enumerate(seed.objects["teams"]):
        for admin_id in team["admin_ids"]:
            mine = [
                one
                for one in conversations
                if one["admin_assignee_id"] == admin_id
                and one["team_assignee_id"] == FIRST_TEAM_ID + position
            ]
            metric = shapes.team_metric(
                f"{team['id']}-{admin_id}",
                NOW,
                admin_id=str(admin_id),
                open=sum(one["open"] for one in mine),
                snoozed=sum(one["state"] == "snoozed" for one in mine),
                _team_id=team["id"],
            )
            seed.objects["team_metrics"].append(metric)
