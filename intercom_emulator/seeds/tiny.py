"""A handful of everything that hits the corners: nulls, numbers as text, long lists, odd names."""

from __future__ import annotations

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Documents
from intercom_emulator.seeds.office import (
    DAY,
    FIRST_ADMIN_ID,
    FIRST_TEAM_ID,
    NOW,
    add_office,
    segment_id,
)
from intercom_emulator.workspace import (
    COMPANY_IDS,
    CONTACT_IDS,
    CONVERSATION_IDS,
    TICKET_IDS,
    Seed,
)

LONG_THREAD = 600
_OPENED_AT = NOW - 90 * DAY
_FAR_FUTURE = 253_402_300_799
_BEFORE_1970 = -86_400
_FIRST_CUSTOMER = 1_313_000_000


def tiny() -> Seed:
    """The corner cases. Three months old; the last change is a minute before NOW."""
    seed = add_office(Seed(now=NOW), _OPENED_AT)
    companies = _companies(seed)
    contacts = _contacts(seed, companies)
    conversations = _conversations(contacts)
    seed.companies = Documents(companies)
    seed.contacts = Documents(contacts)
    seed.conversations = Documents(conversations)
    seed.tickets = Documents(_tickets(contacts))
    seed.objects["articles"] = _articles()
    seed.objects["deleted_conversations"] = [
        shapes.deleted_conversation(
            str(100 + number), NOW - number * DAY, metrics_retained=number % 2 == 0
        )
        for number in range(3)
    ]
    seed.merged_contacts = {"6762f0d0ffffffffffffffff": contacts[0]["id"]}
    return seed


def _companies(seed: Seed) -> list[Json]:
    def make(ordinal: int, **fields: object) -> Json:
        return shapes.company(COMPANY_IDS.to_id(ordinal), _OPENED_AT + ordinal, **fields)

    pro = {"type": "plan", "id": "269315", "name": "Pro"}
    companies = [
        make(
            0,
            name="Blue Sun",
            company_id="1",
            plan=pro,
            monthly_spend=155,
            last_request_at=NOW - 3600,
            size=85,
            website="https://bluesun.example.com",
            industry="Manufacturing",
            custom_attributes={
                "seats": 9,
                "health_score": 0.85,
                "is_partner": True,
                "renewal_at": NOW + 200 * DAY,
                "contract_number": "0042",
            },
            tags={"type": "tag.list", "tags": seed.objects["tags"][:2]},
            segments={"type": "segment.list", "segments": seed.objects["segments"][:1]},
            updated_at=NOW - 3600,
        ),
        make(1, name="Müller & Söhne GmbH", company_id="000123", plan=pro, monthly_spend=12.5),
        make(2, name="株式会社エミュレータ", company_id="acme/β", remote_created_at=_BEFORE_1970),
        make(3, name="Nobody Works Here", company_id="empty-1", user_count=0),
    ]
    companies += [make(n, name=f"Subsidiary {n}", company_id=f"sub-{n}") for n in range(4, 16)]
    return companies


def _contacts(seed: Seed, companies: list[Json]) -> list[Json]:
    def make(ordinal: int, **fields: object) -> Json:
        contact_id = CONTACT_IDS.to_id(ordinal)
        return shapes.contact(contact_id, _OPENED_AT + ordinal * 3600, **fields)

    joe = make(
        0,
        external_id="70",
        name="Joe Bloggs",
        email="joe@bluesun.example.com",
        phone="+353871234567",
        owner_id=str(FIRST_ADMIN_ID),
        avatar={"type": "avatar", "image_url": "https://example.org/128Wash.jpg"},
        social_profiles={
            "type": "list",
            "data": [
                {"type": "social_profile", "name": "Twitter", "url": "http://twitter.com/th1sland"}
            ],
        },
        last_seen_at=NOW - 60,
        updated_at=NOW - 60,
        browser="chrome",
        os="OS X 10.13.6",
        custom_attributes={
            "job_function": "Engineering",
            "lifetime_orders": 3,
            "satisfaction": 4.5,
            "beta_tester": False,
            "trial_ends_at": NOW + 14 * DAY,
            "CX Score rating": 4,
            "größe": "XL",
            "nothing": None,
        },
        _segments=[segment_id(0), segment_id(3)],
    )
    collector = make(1, external_id="71", name="Tag Collector", email="tags@example.com")
    lead = make(2, role="lead", name=None, signed_up_at=None, _segments=[segment_id(4)])
    odd = make(
        3,
        external_id="000072",
        name="Zoë Ünïcødé 🦄",
        email="zoe@example.com",
        signed_up_at=_FAR_FUTURE,
        language_override="pt-BR",
        has_hard_bounced=True,
        custom_attributes={"lifetime_orders": "12", "job_function": 'a\nb\t"c"'},
    )
    early = make(
        4,
        external_id="73",
        name="The First",
        created_at=_FIRST_CUSTOMER,
        updated_at=_FIRST_CUSTOMER,
    )
    twins = [
        make(n, role="user", name=f"Twin {n}", external_id=str(n), updated_at=NOW - DAY)
        for n in range(5, 9)
    ]
    contacts = [joe, collector, lead, odd, early, *twins]
    for tag in seed.objects["tags"][:12]:
        _hang(
            collector,
            "tags",
            {
                **shapes.addressable("tag", tag["id"], "tags"),
                "_applied_at": _OPENED_AT + DAY,
                "_applied_by": str(FIRST_ADMIN_ID),
            },
        )
    _hang(joe, "tags", shapes.addressable("tag", seed.objects["tags"][0]["id"], "tags"))
    for company in companies[4:]:
        _join(collector, company)
    for contact, company in ((joe, companies[0]), (odd, companies[1]), (lead, companies[2])):
        _join(contact, company)
    for number in range(11):
        note = shapes.note(
            str(17_495_962 + number),
            _OPENED_AT + number * DAY,
            contact=shapes.reference("contact", collector["id"]),
            author=seed.objects["admins"][1],
            body=f"<p>Note {number}</p>",
        )
        seed.objects["notes"].append(note)
        _hang(collector, "notes", shapes.addressable("note", note["id"], "notes"))
    for subscription in seed.objects["subscription_types"][:2]:
        _hang(
            joe,
            "opted_in_subscription_types",
            shapes.addressable("subscription", subscription["id"], "subscription_types"),
        )
    return contacts


def _hang(contact: Json, name: str, entry: Json) -> None:
    entries = [*contact[name]["data"], entry]
    contact[name] = shapes.nested_list(contact["id"], name, entries)


def _join(contact: Json, company: Json) -> None:
    company["user_count"] += 1
    _hang(contact, "companies", shapes.addressable("company", company["id"], "companies"))


def _conversations(contacts: list[Json]) -> list[Json]:
    joe, lead = contacts[0], contacts[2]
    customer = shapes.author("user", joe["id"], joe["name"], joe["email"])
    agent = shapes.author("admin", str(FIRST_ADMIN_ID + 1), "Tomás Ribeiro", "tomás@example.com")
    bot = shapes.author("bot", str(FIRST_ADMIN_ID + 11), "Fin", "operator+emu1ator@intercom.io")

    def make(ordinal: int, **fields: object) -> Json:
        created_at = _OPENED_AT + ordinal * DAY
        one = shapes.conversation(
            CONVERSATION_IDS.to_id(ordinal),
            created_at,
            source=shapes.source(
                str(403_918_334 + ordinal), customer, f"<p>Question {ordinal}</p>"
            ),
            contacts=_contact_list(joe),
        )
        one.update(fields)
        return one

    def thread(one: Json, parts: list[Json]) -> Json:
        one["conversation_parts"] = shapes.conversation_parts(parts)
        one["statistics"] = shapes.statistics(one)
        if parts:
            one["updated_at"] = max(one["updated_at"], parts[-1]["updated_at"])
        return one

    ids = iter(range(10_001, 20_000))

    def part(created_at: int, who: Json, **fields: object) -> Json:
        return shapes.part(str(next(ids)), created_at, who, **fields)

    start = _OPENED_AT + DAY
    talk = [
        part(start + 60, bot, body="<p>Hi, I am Fin.</p>", part_type="comment"),
        part(
            start + 120,
            agent,
            part_type="assignment",
            assigned_to=shapes.reference("team", str(FIRST_TEAM_ID)),
        ),
        part(
            start + 300,
            agent,
            body="<p>Hello <b>Joe</b> &amp; team</p>",
            tags=[shapes.tag("102", _OPENED_AT, name="billing")],
            attachments=[
                {
                    "type": "upload",
                    "name": "ünï.png",
                    "content_type": "image/png",
                    "url": "https://files.example.com/a?expires=1",
                    "filesize": 100,
                    "width": 100,
                    "height": 100,
                }
            ],
        ),
        part(
            start + 400,
            customer,
            body=None,
            part_type="conversation_attribute_updated_by_admin",
            event_details={
                "attribute": {"name": "Kind"},
                "value": {"name": "Bug", "previous": None},
            },
        ),
        part(start + 500, customer, body="<p>This message was deleted</p>", redacted=True),
        part(start + 600, agent, part_type="close", state="closed"),
    ]
    endless = [
        part(
            _OPENED_AT + 2 * DAY + number * 60,
            (agent, customer)[number % 2],
            body=f"<p>Message {number}</p>",
        )
        for number in range(LONG_THREAD)
    ]
    rating = {
        "rating": 5,
        "remark": "Great 👍",
        "created_at": start + 700,
        "updated_at": start + 700,
        "contact": _contact_list(joe)["contacts"][0],
        "teammate": shapes.reference("admin", str(FIRST_ADMIN_ID + 1)),
    }
    applied = shapes.applied(
        shapes.tag("103", _OPENED_AT, name="bug"), start + 310, str(FIRST_ADMIN_ID)
    )
    return [
        thread(make(0, source=None, contacts=_contact_list(lead)), []),
        thread(
            make(
                1,
                open=False,
                state="closed",
                read=True,
                priority="urgent",
                title="A thread with everything",
                admin_assignee_id=FIRST_ADMIN_ID + 1,
                team_assignee_id=FIRST_TEAM_ID,
                tags={"type": "tag.list", "tags": [applied]},
                conversation_rating=rating,
                first_contact_reply={"created_at": start + 1, "type": "conversation", "url": None},
                sla_applied={
                    "type": "conversation_sla_summary",
                    "sla_name": "1 h",
                    "sla_status": "hit",
                },
                teammates={
                    "type": "admin.list",
                    "teammates": [shapes.reference("admin", str(FIRST_ADMIN_ID + 1))],
                },
                custom_attributes={
                    "Kind": "Bug",
                    "Priority score": 3,
                    "Escalated": "true",
                    "Due": "2026-11-04T09:46:14Z",
                },
                ai_agent_participated=True,
                ai_agent={
                    "source_type": "workflow",
                    "source_title": "Greeting",
                    "last_answer_type": "ai_answer",
                    "resolution_state": "escalated",
                    "rating": None,
                    "rating_remark": None,
                    "created_at": start,
                    "updated_at": start,
                    "content_sources": {
                        "type": "content_source.list",
                        "total_count": 0,
                        "content_sources": [],
                    },
                },
                linked_objects={
                    "type": "list",
                    "total_count": 1,
                    "has_more": False,
                    "data": [{"type": "ticket", "id": TICKET_IDS.to_id(0), "category": "Customer"}],
                },
            ),
            talk,
        ),
        thread(make(2, title="A long thread"), endless),
        thread(make(3, state="snoozed", snoozed_until=NOW + DAY), []),
        thread(make(4, ticket={"type": "ticket", "id": TICKET_IDS.to_id(0), "ticket_id": "1"}), []),
        *[thread(make(n, updated_at=NOW - 2 * DAY), []) for n in range(5, 9)],
    ]


def _contact_list(contact: Json) -> Json:
    entry = {**shapes.reference("contact", contact["id"]), "external_id": contact["external_id"]}
    return {"type": "contact.list", "contacts": [entry]}


def _tickets(contacts: list[Json]) -> list[Json]:
    return [
        shapes.ticket(
            TICKET_IDS.to_id(number),
            _OPENED_AT + number * DAY,
            ticket_id=str(number + 1),
            contacts=_contact_list(contacts[number % 2]),
            ticket_attributes={
                "_default_title_": f"Ticket {number}",
                "_default_description_": None,
            },
        )
        for number in range(3)
    ]


def _articles() -> list[Json]:
    translated = {
        "type": "article_translated_content",
        "de": {
            "type": "article_content",
            "title": "Erste Schritte",
            "description": "",
            "body": "<p>Hallo</p>",
            "author_id": FIRST_ADMIN_ID,
            "state": "published",
            "created_at": _OPENED_AT,
            "updated_at": _OPENED_AT + DAY,
            "url": "https://help.example.com/de/articles/39",
        },
    }
    return [
        shapes.article(
            "39",
            _OPENED_AT,
            title="Getting started",
            body="<p>Welcome</p>",
            body_markdown="Welcome",
            url="https://help.example.com/en/articles/39",
            parent_ids=[18, 19],
            translated_content=translated,
            updated_at=NOW - DAY,
        ),
        shapes.article("40", _OPENED_AT + 1, title="A draft", state="draft", description=None),
        shapes.article("41", _OPENED_AT + 2, title="Same second", updated_at=_OPENED_AT + 9),
        shapes.article("42", _OPENED_AT + 3, title="Same second too", updated_at=_OPENED_AT + 9),
    ]
