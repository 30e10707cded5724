-- Three group roles with the least they need. Run it once as the database's administrator, connected to the database:
--
--   psql "$ADMIN_DATABASE_URL" -f deploy/postgres/roles.sql
--
-- then give each program a user of its own (passwords are yours to choose) and run `npx spendline migrate` as the first:
--
--   CREATE ROLE spendline_owner LOGIN PASSWORD '...' IN ROLE spendline_migrate;   -- migrate only; owns the tables
--   CREATE ROLE spendline_app   LOGIN PASSWORD '...' IN ROLE spendline_run;       -- ledger, API, `spendline apply`
--   CREATE ROLE reports         LOGIN PASSWORD '...' IN ROLE spendline_read;      -- dashboards and analysts
--
-- Running it again changes nothing. What each role may do with each table is granted by `spendline migrate`: the
-- running product adds to the audit and to the ledger's facts, and can neither change nor delete them.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['spendline_migrate', 'spendline_run', 'spendline_read'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END IF;
  END LOOP;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO spendline_migrate, spendline_run, spendline_read', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO spendline_migrate;
GRANT USAGE ON SCHEMA public TO spendline_run, spendline_read;
