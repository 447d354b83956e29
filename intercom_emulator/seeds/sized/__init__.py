"""
Workspaces of any size for benchmarks: records are made up when they are read.

    contacts=1000000,conversations=20000,companies=5000,tickets=1000

Sizes: contacts, companies, conversations, tickets (each a conversation besides), articles,
activity_logs. Options:

    years=5                  length of the history (2)
    hot_day=1                half of all contacts were updated within one hour, two days ago
    shared_second=50000      so many conversations share one updated_at
    parts=8                  parts of each conversation (6)
    part_bytes=2000          length of each part's body (80)
    conversation_bytes=90000 length of each conversation's own body (120)
    ticket_parts=500         parts of each ticket (3)
    contact_tags=3           and contact_companies (1), contact_subscriptions, contact_notes,
                             contact_segments, data_events of each contact (0)
    merged=10                every tenth contact took another one in (0: none did)
    company_tags=2           and company_segments of each company (0)
    conversation_tags=2      and conversation_links, handling_events, side_conversations of each
                             conversation (0)
"""

from __future__ import annotations

from collections.abc import Mapping

from intercom_emulator import shapes
from intercom_emulator.seeds.gone import add_merges
from intercom_emulator.seeds.library import add_library
from intercom_emulator.seeds.office import DAY, NOW, add_office
from intercom_emulator.seeds.sized.lazy import Chained
from intercom_emulator.seeds.sized.people import HOT_HOUR, Companies, Contacts
from intercom_emulator.seeds.sized.talk import SHARED_SECOND, Conversations, Tickets, Twins
from intercom_emulator.workspace import CONTACT_IDS, MERGED_IDS, Seed, ticket_ids

__all__ = ["HOT_HOUR", "OPTIONS", "SHARED_SECOND", "sized"]

OPTIONS = {
    "contacts": 0,
    "companies": 0,
    "conversations": 0,
    "tickets": 0,
    "articles": 0,
    "activity_logs": 0,
    "years": 2,
    "hot_day": 0,
    "shared_second": 0,
    "parts": 6,
    "part_bytes": 80,
    "conversation_bytes": 120,
    "ticket_parts": 3,
    "contact_tags": 0,
    "contact_companies": 1,
    "contact_subscriptions": 0,
    "contact_notes": 0,
    "contact_segments": 0,
    "data_events": 0,
    "merged": 0,
    "company_tags": 0,
    "company_segments": 0,
    "conversation_tags": 0,
    "conversation_links": 0,
    "handling_events": 0,
    "side_conversations": 0,
}


def sized(options: Mapping[str, int], form_of_ticket_ids: str = "conversation") -> Seed:
    """A seed of those sizes."""
    unknown = options.keys() - OPTIONS.keys()
    if unknown:
        raise ValueError(
            f"unknown sizes: {', '.join(sorted(unknown))}; known: {', '.join(OPTIONS)}"
        )
    sizes = {**OPTIONS, **options}
    opened_at = NOW - sizes["years"] * 365 * DAY
    first_twin = sizes["conversations"]
    ids = ticket_ids(form_of_ticket_ids, range(first_twin, first_twin + sizes["tickets"]))
    seed = add_library(add_office(Seed(now=NOW, ticket_ids=ids), opened_at), opened_at)
    contacts = Contacts(sizes, opened_at)
    conversations = Conversations(sizes, opened_at, seed.objects)
    tickets = Tickets(sizes, opened_at, ids, seed.objects)
    seed.contacts, seed.tickets = contacts, tickets
    seed.companies = Companies(sizes, opened_at, seed.objects)
    seed.conversations = Chained(conversations, Twins(tickets))
    made_up = {
        "contact_notes": ("notes", contacts.notes),
        "data_events": ("data_events", contacts.events),
        "handling_events": ("handling_events", conversations.handling_events),
        "side_conversations": ("side_conversations", conversations.asides),
    }
    seed.made_up = dict(made for option, made in made_up.items() if sizes[option])
    seed.objects["articles"] = [
        shapes.article(str(39 + number), opened_at + number, title=f"Article {number}")
        for number in range(sizes["articles"])
    ]
    _add_history(seed, sizes, opened_at)
    return seed


def _add_history(seed: Seed, sizes: Mapping[str, int], opened_at: int) -> None:
    """Activity logs, evenly spread, and contacts that were merged."""
    many = sizes["activity_logs"]
    if many:
        known = seed.objects["activity_logs"][0]
        span = NOW - opened_at - 60
        seed.objects["activity_logs"] = [
            {**known, "id": f"log-{number:09}", "created_at": opened_at + number * span // many}
            for number in range(many)
        ]
    if sizes["merged"]:
        into = range(0, sizes["contacts"], sizes["merged"])
        moments = seed.contacts.stamps("created_at")
        add_merges(
            seed,
            [
                (MERGED_IDS.to_id(number), CONTACT_IDS.to_id(ordinal), moments[ordinal] + 1)
                for number, ordinal in enumerate(into)
            ],
        )
