"""
Loads an Intercom workspace into a warehouse: the connector reads, the database types and merges.

| module | what lives there |
|---|---|
| `cli` | the command `intercom-load`: arguments, signals, exit codes |
| `config_file` | the connector's config, read and written back |
| `warehouse` | a database URL read into plain values |
| `connector` | the connector's process and its messages |
| `load` | one load: check, discover, read |
| `sync` | the messages of one sync, followed to its end |
| `stream_load` | one stream: when its rows are handed over, with which state |
| `spool` | rows on their way, in a folder that a killed load leaves to the next |
| `writer` | a thread that writes batches while others are read |
| `opening` | the warehouse opened, alone |
| `destination` | what a load asks of a warehouse |
| `sql_destination` | the SQL of DuckDB and PostgreSQL, rows and state in one transaction |
| `duckdb_file`, `postgres` | what differs between them |
| `dlt_destination` | Snowflake and BigQuery |
| `columns`, `fitting` | columns of a JSON schema, and values that do not fit them |
| `progress` | what is shown while it runs, and the table at the end |
| `errors` | failures that become one sentence and an exit code |

Nothing here is imported by the connector or goes into its image.
"""
