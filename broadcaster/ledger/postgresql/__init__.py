"""The ledger on PostgreSQL (docs/postgresql.md). Only this room imports psycopg, and nothing imports it unasked."""
