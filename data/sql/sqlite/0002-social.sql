-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Who is there, and programs and devices that want to hear what happens.

-- Apart from users, since these rows change often and those do not.
CREATE TABLE presences (
  user_id   TEXT PRIMARY KEY REFERENCES users (id),
  chosen    TEXT NOT NULL CHECK (chosen IN ('online', 'away', 'busy', 'offline')),
  last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE webhooks (
  id            TEXT PRIMARY KEY,
  url           TEXT NOT NULL,
  secret        TEXT NOT NULL,
  events        TEXT NOT NULL,                    -- words separated by spaces, or *
  bot_id        TEXT REFERENCES users (id),       -- hears only what is said to it
  active        INTEGER NOT NULL CHECK (active IN (0, 1)),
  created_at    INTEGER NOT NULL,
  failing_since INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What is still to be sent. It is written together with what it tells of. A message is not copied but
-- looked up when it is sent, so that one that was deleted meanwhile tells nothing.
CREATE TABLE webhook_deliveries (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL,                       -- by which the receiver knows a repetition
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event      TEXT NOT NULL,
  payload    TEXT CHECK (payload IS NULL OR json_valid (payload)),
  message_id TEXT,
  created_at INTEGER NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  due_at     INTEGER NOT NULL,
  CHECK ((payload IS NULL) <> (message_id IS NULL))
) STRICT;
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, seq);

CREATE TABLE push_subscriptions (
  id         TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL CHECK (kind IN ('web', 'desktop')),
  endpoint   TEXT NOT NULL,
  p256dh     TEXT,
  auth       TEXT,
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, endpoint)
) STRICT, WITHOUT ROWID;
