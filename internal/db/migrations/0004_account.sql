-- +goose Up
CREATE TABLE account (
  id            TEXT PRIMARY KEY,
  login         TEXT NOT NULL UNIQUE,         -- lower case
  name          TEXT NOT NULL,
  password_hash TEXT NOT NULL,                -- argon2id, PHC string
  must_change   BOOLEAN NOT NULL,
  state         TEXT NOT NULL,                -- active, disabled
  failures      BIGINT NOT NULL,              -- since the last success
  locked_until  TIMESTAMPTZ,
  created_at    TIMESTAMPTZ NOT NULL,
  updated_at    TIMESTAMPTZ NOT NULL
);

-- A role within an area subtree or an institution.
CREATE TABLE role_grant (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  role       TEXT NOT NULL,
  area_id    BIGINT REFERENCES area (id),     -- the subtree, or NULL
  org_id     TEXT REFERENCES org (id),        -- the institution, or NULL
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (account_id, role, area_id, org_id)
);

-- A signed-in browser. The cookie holds the token; we keep its hash.
CREATE TABLE login (
  token_hash TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  created_at TIMESTAMPTZ NOT NULL,
  seen_at    TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  user_agent TEXT NOT NULL,
  remote     TEXT NOT NULL
);
CREATE INDEX login_account_id_idx ON login (account_id);

-- +goose Down
DROP TABLE login;
DROP TABLE role_grant;
DROP TABLE account;
