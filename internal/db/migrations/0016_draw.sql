-- +goose Up
-- Draws (design 4.5): what was fixed before, what nobody knew then, and the
-- order that follows from both. A row is never changed after its result.
CREATE TABLE draw (
  id         TEXT PRIMARY KEY,
  purpose    TEXT NOT NULL,                   -- experts, sites, tie, seats
  subject    TEXT NOT NULL,                   -- what it is for: id of a call, a visit …
  title      TEXT NOT NULL,                   -- shown to the public, JSON by language
  state      TEXT NOT NULL,                   -- frozen, drawn, void
  manifest   TEXT NOT NULL,                   -- public JSON; complete once drawn
  secret     TEXT NOT NULL,                   -- of the operator, published with the result
  names      TEXT NOT NULL,                   -- token to thing and salt, JSON; not public
  digest     TEXT NOT NULL,                   -- of the manifest as it stands: frozen, then sealed
  frozen_at  TIMESTAMPTZ NOT NULL,
  drawn_at   TIMESTAMPTZ,
  actor      TEXT NOT NULL,
  reason     TEXT NOT NULL                    -- why it is void
);
CREATE INDEX draw_subject_idx ON draw (subject);
CREATE INDEX draw_frozen_at_idx ON draw (frozen_at);

-- +goose Down
DROP TABLE draw;
