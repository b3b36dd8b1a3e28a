-- Who has said no to recovery e-mails, for after the contact that said so is gone.

CREATE TABLE objections (
  owner_hash  text PRIMARY KEY,
  objected_at timestamptz NOT NULL
);
COMMENT ON TABLE objections IS 'The last word of these owners was no, and their address is not known any more. A pseudonym and a time; outlasts erasure and retention.';
