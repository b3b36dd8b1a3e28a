-- Erasure looks for an address wherever it stands.
CREATE INDEX order_contacts_by_email ON order_contacts (lower(email)) WHERE email IS NOT NULL;
