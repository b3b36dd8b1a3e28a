-- cartwright_readonly may read every table: for operators and dashboards, whose logins inherit it.
-- Where the migrating role may not create roles (managed databases), an administrator creates it first, or does without.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cartwright_readonly') THEN
    BEGIN
      CREATE ROLE cartwright_readonly NOLOGIN;
    EXCEPTION
      -- Roles belong to the whole server: another database's migration may have been faster.
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE NOTICE 'The role cartwright_readonly was not created: % may not create roles', current_user;
    END;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cartwright_readonly') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO cartwright_readonly', current_schema());
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO cartwright_readonly', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO cartwright_readonly', current_schema());
  END IF;
END $$;
