-- How much of each budget is spent, for RATE_LIMIT_STORE=postgres. Unlogged: costs no WAL, and a crash that empties it only makes the
-- limits forget a minute. Keys are hashes; rows whose window ended an hour ago are swept by the API.

CREATE UNLOGGED TABLE rate_limits (
  key    varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  -- Epoch ms.
  expire bigint
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
