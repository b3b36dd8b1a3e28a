-- Each comparison of the read model with the carts, for operators. Written while it runs: the row is its progress.

CREATE TABLE reconcile_runs (
  number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workflow_id   text NOT NULL,
  run_id        text NOT NULL UNIQUE,
  trigger       text NOT NULL CHECK (trigger IN ('schedule', 'operator')),
  cycle         integer NOT NULL CHECK (cycle > 0),
  turn          integer NOT NULL CHECK (turn BETWEEN 0 AND cycle - 1),
  status        text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished', 'failed', 'cancelled', 'lost')),
  started_at    timestamptz NOT NULL DEFAULT now(),
  progressed_at timestamptz NOT NULL DEFAULT now(),
  finished_at   timestamptz CHECK ((finished_at IS NULL) = (status = 'running')),
  rows          bigint NOT NULL DEFAULT 0,
  carts         bigint NOT NULL DEFAULT 0,
  asked         bigint NOT NULL DEFAULT 0,
  mismatches    jsonb NOT NULL DEFAULT '{}',
  repaired      bigint NOT NULL DEFAULT 0,
  unrepaired    bigint NOT NULL DEFAULT 0,
  unanswered    bigint NOT NULL DEFAULT 0,
  unsettled     bigint NOT NULL DEFAULT 0,
  samples       jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX reconcile_runs_running ON reconcile_runs (number) WHERE status = 'running';
COMMENT ON TABLE reconcile_runs IS 'Comparisons of the read model with the cart workflows (docs/operating/reconcile.md).';
COMMENT ON COLUMN reconcile_runs.run_id IS 'Temporal run id of the workflow''s first run.';
COMMENT ON COLUMN reconcile_runs.turn IS 'Which of `cycle` shares of the carts was asked for its state.';
COMMENT ON COLUMN reconcile_runs.status IS 'lost: it stopped reporting, and a later run has noticed.';
COMMENT ON COLUMN reconcile_runs.mismatches IS 'Count by kind.';
COMMENT ON COLUMN reconcile_runs.samples IS 'The first few: workflow id, kind, names of the columns that differed, whether repaired.';
