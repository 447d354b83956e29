"""The dbt project of examples/dbt, built by dbt itself on tables that two loads have made."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
import pytest
import yaml

from integration_tests.postgres_server import PASSWORD, postgres_server
from intercom_emulator import Emulator

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "examples" / "dbt"
DBT = ROOT / "build" / "dbt" / "bin" / "dbt"
CONFIG = {"credentials": {"auth_type": "access_token", "access_token": "emulator-token"}}
SOURCES = [
    table["name"]
    for source in yaml.safe_load((PROJECT / "models" / "sources.yml").read_text())["sources"]
    for table in source["tables"]
]
FIVETRAN = {
    "admin": "id name job_title",
    "team": "id name",
    "team_admin": "team_id admin_id",
    "tag": "id name",
    "company_history": "id company_id name website industry created_at updated_at user_count "
    "session_count monthly_spend plan_id plan_name",
    "company_tag_history": "company_id company_updated_at tag_id",
    "contact_history": "id admin_id created_at updated_at signed_up_at name role email "
    "last_replied_at last_contacted_at last_email_clicked_at last_email_opened_at "
    "unsubscribed_from_emails",
    "contact_company_history": "company_id contact_id contact_updated_at",
    "contact_tag_history": "contact_id contact_updated_at tag_id",
    "conversation_history": "id created_at updated_at assignee_id assignee_type "
    "conversation_rating_value conversation_rating_remark first_contact_reply_created_at "
    "first_contact_reply_type read source_author_id source_author_type source_delivered_as "
    "source_type source_subject source_body state waiting_since snoozed_until sla_name sla_status",
    "conversation_contact_history": "contact_id conversation_id conversation_updated_at",
    "conversation_tag_history": "conversation_id conversation_updated_at tag_id",
    "conversation_part_history": "id conversation_id conversation_updated_at part_type body "
    "author_id author_type assigned_to_id assigned_to_type created_at updated_at",
    "article_history": "id collection_id section_id author_id title description body url type "
    "state parent_type default_locale workspace_id statistics_type statistics_views "
    "statistics_conversations statistics_reactions statistics_happy_reaction_percentage "
    "statistics_neutral_reaction_percentage statistics_sad_reaction_percentage created_at "
    "updated_at",
    "collection_history": "id help_center_id parent_id name description url icon type "
    "default_locale workspace_id order created_at updated_at",
    "help_center_history": "id display_name identifier workspace_id website_turned_on created_at "
    "updated_at",
}
"""The columns that the public package reads, by table: see its models/staging/src_intercom.yml."""

pytestmark = [
    pytest.mark.skipif(not DBT.exists(), reason="NO dbt HERE: `make dbt` installs it"),
    pytest.mark.timeout(600),
]


@dataclass
class Day:
    """What happens between the two loads, to be found in the models."""

    answered: str
    deleted: str
    untagged: str
    merged: str
    survivor: str
    ticket: str


def a_day(emulator):
    """Answers, losses and a ticket that is solved; then a day of everybody else's work."""
    workspace, clock = emulator.workspace, emulator.clock
    contacts = [each["id"] for each in workspace.objects("contacts")]
    tagged = [each["id"] for each in workspace.objects("contacts") if each["tags"]["data"]]
    survivor, first, second = [name for name in contacts if name not in tagged][:3]
    answered = workspace.create_conversation(contacts[-1])["id"]
    merged = workspace.create_conversation(first)["id"]
    deleted = next(workspace.objects("conversations"))["id"]
    ticket = workspace.create_ticket(contacts[-1])["id"]
    states = {each["category"]: each["id"] for each in workspace.objects("ticket_states")}
    clock.advance(600)
    workspace.reply(answered, "<p>Hello!</p>")
    workspace.change_ticket_state(ticket, states["in_progress"])
    clock.advance(3000)
    workspace.close(answered)
    workspace.rate(answered, 5)
    sla = {"type": "conversation_sla_summary", "sla_name": "5 minutes", "sla_status": "missed"}
    workspace.update("conversations", answered, sla_applied=sla)
    workspace.reply_ticket(ticket)
    workspace.change_ticket_state(ticket, states["resolved"])
    workspace.update("tickets", ticket)
    [untagged] = [each for each in workspace.objects("contacts") if each["id"] == tagged[0]]
    for tag in untagged["tags"]["data"]:
        workspace.untag_contact(tagged[0], tag["id"], touch=True)
    workspace.merge_contacts(first, second)
    workspace.merge_contacts(second, survivor)
    workspace.delete_conversation(deleted)
    workspace.live(events=60, seconds=3600, rng_seed=3, losses=True)
    workspace.indexed()
    return Day(answered, deleted, tagged[0], merged, survivor, ticket)


@pytest.fixture(scope="module")
def postgres():
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def workspace(tmp_path_factory, postgres):
    """The workspace behind the tables, what happened in it, and the DuckDB file."""
    folder = tmp_path_factory.mktemp("dbt")
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    file = folder / "demo.duckdb"

    with Emulator(seed="demo") as emulator:

        def load_both():
            loads = [
                subprocess.Popen(
                    [
                        *(sys.executable, "-m", "intercom_load", "--quiet"),
                        *("--config", folder / "config.json", "--to", warehouse),
                        *("--streams", ",".join(SOURCES)),
                    ],
                    env={**os.environ, "INTERCOM_API_BASE_URL": emulator.url},
                )
                for warehouse in (f"duckdb:///{file}", postgres.url())
            ]
            assert [each.wait() for each in loads] == [0, 0]

        load_both()
        emulator.clock.advance(3600)
        emulator.clock.freeze()  # or else the machine's own pace were in what is measured
        day = a_day(emulator)
        emulator.clock.tick()
        load_both()
        yield emulator.workspace, day, file


def dbt_build(target, folder, environment, *more):
    """dbt's own command, with its warnings taken for errors."""
    return subprocess.run(
        [
            *(DBT, "--warn-error", "build", "--target", target, *more),
            *("--project-dir", PROJECT, "--profiles-dir", PROJECT),
            *("--target-path", folder / "target", "--log-path", folder / "logs"),
        ],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def of_postgres(server):
    """What the profile reads of the environment."""
    return {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGUSER": "loader",
        "PGPASSWORD": PASSWORD,
        "PGDATABASE": "postgres",
    }


class Built:
    """The models in one of the databases."""

    def __init__(self, done, connection):
        self.done = done
        self.connection = connection

    def query(self, sql):
        return self.connection.execute(sql).fetchall()

    def row(self, model, key, value):
        """One row of a model, by column."""
        cursor = self.connection.execute(f"SELECT * FROM answers.{model} WHERE {key} = '{value}'")
        [values] = cursor.fetchall()
        return dict(zip([each[0] for each in cursor.description], values, strict=True))


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def built(request, tmp_path_factory, workspace, postgres):
    environment = {"INTERCOM_DUCKDB": str(workspace[2]), **of_postgres(postgres)}
    done = dbt_build(request.param, tmp_path_factory.mktemp(request.param), environment)
    if request.param == "duckdb":
        connection = duckdb.connect(str(workspace[2]), read_only=True)
    else:
        connection = psycopg.connect(postgres.url(), autocommit=True)
    with connection:
        yield Built(done, connection)


def test_every_model_is_built_and_every_test_passes(built):
    """dbt's own verdict, with its warnings taken for errors."""
    assert built.done.returncode == 0, built.done.stdout[-5000:]
    summary = re.search(r"PASS=(\d+) WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=\1", built.done.stdout)
    assert summary
    assert int(summary[1]) > 150


def test_a_conversation_is_measured(built, workspace):
    """Answered after 10 minutes, closed 50 minutes later, rated."""
    _, day, _ = workspace
    row = built.row("conversation_metrics", "conversation_id", day.answered)

    assert row["seconds_to_reply"] == 600
    assert row["seconds_to_close"] == 3600
    assert (row["state"], row["rating"], row["reopens"]) == ("closed", 5, 0)
    assert (row["teammate_replies"], row["teammates"], row["contacts"]) == (1, 1, 1)
    assert (row["sla_name"], row["is_sla_missed"]) == ("5 minutes", True)


def test_a_tickets_way_is_measured(built, workspace):
    """10 minutes until it was taken, 50 more until it was answered and solved."""
    _, day, _ = workspace
    row = built.row("ticket_flow", "ticket_id", day.ticket)

    assert (row["state"], row["state_changes"], row["reopens"]) == ("resolved", 2, 0)
    assert (row["seconds_submitted"], row["seconds_in_progress"]) == (600, 3000)
    assert (row["seconds_to_reply"], row["seconds_to_resolve"]) == (3600, 3600)


def test_what_is_gone_is_left_out(built, workspace):
    """A deleted conversation stays in its table, and is in no model."""
    _, day, _ = workspace
    of_it = f"conversation_id = '{day.deleted}'"

    kept = f"SELECT count(*) FROM intercom_conversations WHERE id = '{day.deleted}'"
    assert built.query(kept) == [(1,)]
    for model in ("conversation_metrics", "stg_conversation_parts", "stg_conversation_tags"):
        assert built.query(f"SELECT count(*) FROM answers.{model} WHERE {of_it}") == [(0,)]


def test_a_merged_contacts_conversations_are_the_survivors(built, workspace):
    """Merged twice, so the first one's conversation belongs to the third."""
    _, day, _ = workspace

    row = built.row("conversation_metrics", "conversation_id", day.merged)
    assert row["contact_id"] == day.survivor
    assert built.row("contact_summary", "contact_id", day.survivor)["conversations"] >= 1


def test_a_contact_without_tags_has_none(built, workspace):
    """Its old rows stay in the table, and no new one could say that they have ended."""
    _, day, _ = workspace
    of_it = f"contact_id = '{day.untagged}'"

    [(kept,)] = built.query(f"SELECT count(*) FROM intercom_contact_tags WHERE {of_it}")
    assert kept > 0
    assert built.query(f"SELECT count(*) FROM answers.stg_contact_tags WHERE {of_it}") == [(0,)]


@pytest.mark.parametrize(
    ("model", "truth", "columns"),
    [
        ("contact_summary", "contacts", ["contact_id"]),
        ("company_summary", "companies", ["company_id"]),
        ("conversation_metrics", "conversations", ["conversation_id"]),
        ("ticket_flow", "tickets", ["ticket_id"]),
        ("article_usage", "articles", ["article_id"]),
        ("stg_contact_tags", "contact_tags", ["contact_id", "tag_id"]),
        ("stg_contact_companies", "contact_companies", ["contact_id", "company_id"]),
        ("stg_conversation_tags", "conversation_tags", ["conversation_id", "tag_id"]),
        ("stg_company_tags", "company_tags", ["company_id", "tag_id"]),
        ("stg_article_collections", "article_collections", ["article_id", "collection_id"]),
    ],
)
def test_models_hold_the_workspace(built, workspace, model, truth, columns):
    """After changes, merges, deletions and tags that were taken off: the same rows."""
    state, _, _ = workspace
    if len(columns) == 1:
        expected = [(str(each["id"]),) for each in state.objects(truth)]
    else:
        expected = [tuple(str(each[name]) for name in columns) for each in state.relations(truth)]

    assert len(expected) > 0
    rows = built.query(f"SELECT {', '.join(columns)} FROM answers.{model}")
    assert sorted(rows) == sorted(expected)


@pytest.mark.parametrize("table", FIVETRAN)
def test_the_public_packages_tables_are_there(built, table):
    """With rows, and with each column that the package reads."""
    found = built.query(
        "SELECT column_name FROM information_schema.columns "
        f"WHERE table_schema = 'answers_fivetran' AND table_name = '{table}'"
    )

    assert set(FIVETRAN[table].split()) <= {name for (name,) in found}
    assert ("_fivetran_synced",) in found
    [(rows,)] = built.query(f'SELECT count(*) FROM answers_fivetran."{table}"')
    assert rows > 0


def test_the_readme_loads_what_the_models_read():
    """Its command names each table of sources.yml that the suggested streams lack."""
    suggested = (ROOT / "source_intercom" / "suggested_streams.txt").read_text().split()
    named = re.search(r"--streams suggested,(\S+)", (PROJECT / "README.md").read_text())

    assert named[1].split(",") == [name for name in SOURCES if name not in suggested]


def test_dbt_reads_the_files_that_the_loader_writes():
    """The same DuckDB in both environments: an older one may not open a newer one's file."""
    pinned = re.search(r"^duckdb==(.+)$", (PROJECT / "requirements.txt").read_text(), re.MULTILINE)

    assert pinned[1] == duckdb.__version__


@pytest.mark.usefixtures("workspace")
def test_tables_of_airbytes_destination_serve_as_well(postgres, tmp_path):
    """By their names and their column of the time, with the variables that the README names."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    variables = re.search(r"--vars '(.*)'", readme)[1]
    with psycopg.connect(postgres.url()) as connection:
        connection.execute("CREATE SCHEMA airbyte")
        for name in SOURCES:
            connection.execute(f"CREATE VIEW airbyte.{name} AS SELECT * FROM intercom_{name}")
            connection.execute(
                f"ALTER VIEW airbyte.{name} RENAME COLUMN _loaded_at TO _airbyte_extracted_at"
            )

    done = dbt_build("postgres", tmp_path, of_postgres(postgres), "--vars", variables)

    assert done.returncode == 0, done.stdout[-5000:]
