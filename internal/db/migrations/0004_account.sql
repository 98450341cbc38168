-- +goose Up
CREATE TABLE account (
  id            TEXT PRIMARY KEY,
  login         TEXT NOT NULL UNIQUE,         -- lower case
  name          TEXT NOT NULL,
  password_hash TEXT NOT NULL,                -- argon2id, PHC string
  password_at   TIMESTAMPTZ NOT NULL,         -- since when; its age counts from here
  must_change   BOOLEAN NOT NULL,
  state         TEXT NOT NULL,                -- active, disabled
  created_at    TIMESTAMPTZ NOT NULL,
  updated_at    TIMESTAMPTZ NOT NULL
);

-- Earlier passwords, so that they are not taken again.
CREATE TABLE password_history (
  id            TEXT PRIMARY KEY,
  account_id    TEXT NOT NULL REFERENCES account (id),
  password_hash TEXT NOT NULL,
  created_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX password_history_account_id_idx ON password_history (account_id, created_at);

-- Failed sign-ins by the login that was typed, whether there is such an
-- account or not: nobody can learn from a lock that an account exists. The
-- login is hashed, since people type passwords into the wrong field.
CREATE TABLE signin_failure (
  login_hash   TEXT PRIMARY KEY,
  failures     BIGINT NOT NULL,               -- since the last success or lock
  failed_at    TIMESTAMPTZ NOT NULL,
  locked_until TIMESTAMPTZ
);

-- A role within an area subtree, an institution or the whole city.
CREATE TABLE role_grant (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  role       TEXT NOT NULL,
  area_id    BIGINT REFERENCES area (id),     -- the subtree, or NULL
  org_id     TEXT REFERENCES org (id),        -- the institution, or NULL
  scope      TEXT NOT NULL,                   -- area:ID, org:ID or city; a key where NULLs would not be one
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (account_id, role, scope)
);
CREATE INDEX role_grant_role_idx ON role_grant (role);

-- A signed-in browser. The cookie holds the token; we keep its hash.
CREATE TABLE login (
  token_hash   TEXT PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,          -- what the owner sees and may end
  account_id   TEXT NOT NULL REFERENCES account (id),
  created_at   TIMESTAMPTZ NOT NULL,
  seen_at      TIMESTAMPTZ NOT NULL,
  idle_seconds BIGINT NOT NULL,               -- ends so long after seen_at …
  expires_at   TIMESTAMPTZ NOT NULL,          -- … and here at the latest
  user_agent   TEXT NOT NULL,
  remote       TEXT NOT NULL
);
CREATE INDEX login_account_id_idx ON login (account_id, created_at);
CREATE INDEX login_expires_at_idx ON login (expires_at);

-- +goose Down
DROP TABLE login;
DROP TABLE role_grant;
DROP TABLE signin_failure;
DROP TABLE password_history;
DROP TABLE account;
