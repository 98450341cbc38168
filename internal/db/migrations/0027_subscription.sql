-- +goose Up
-- Who wants to be told of new reports by e-mail (P1.8). Nothing else is known of
-- them; a row goes when they say so, or when they never confirmed.
CREATE TABLE subscription (
  id           TEXT PRIMARY KEY,
  address      TEXT NOT NULL,
  lang         TEXT NOT NULL,
  series       TEXT NOT NULL,                 -- code of the report in the pack, '' = all
  asked_at     TIMESTAMPTZ NOT NULL,
  tries        BIGINT NOT NULL,               -- mails that asked for confirmation
  tried_at     TIMESTAMPTZ,
  told         BIGINT NOT NULL,               -- 1 = such a mail was taken by the server
  confirmed_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX subscription_address_key ON subscription (address, series);

-- Which releases somebody was told of, so that nobody is told twice.
CREATE TABLE subscription_mail (
  subscription_id TEXT NOT NULL REFERENCES subscription (id),
  release_id      TEXT NOT NULL REFERENCES release (id),
  tries           BIGINT NOT NULL,
  tried_at        TIMESTAMPTZ NOT NULL,
  sent            BIGINT NOT NULL,            -- 1 = the server took it
  PRIMARY KEY (subscription_id, release_id)
);

-- +goose Down
DROP TABLE subscription_mail;
DROP TABLE subscription;
