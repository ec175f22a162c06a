-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Ids are UUIDs in lower case, times are milliseconds since 1970 in UTC with 0 for never, words are those of docs/protocol.md.

CREATE TABLE users (
  id                 TEXT PRIMARY KEY,
  name               TEXT NOT NULL,
  email              TEXT COLLATE NOCASE UNIQUE,
  role               TEXT NOT NULL CHECK (role IN ('doctor', 'patient', 'admin', 'service')),
  time_zone          TEXT NOT NULL,
  password_hash      TEXT,
  active             INTEGER NOT NULL CHECK (active IN (0, 1)),
  licence_number     TEXT,
  licence_expires_at INTEGER NOT NULL,
  created_at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  last_seq   INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
  conversation_id TEXT NOT NULL REFERENCES conversations (id),
  user_id         TEXT NOT NULL REFERENCES users (id),
  joined_at       INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE appointments (
  id               TEXT PRIMARY KEY,
  status           TEXT NOT NULL CHECK (status IN ('scheduled', 'in_progress', 'completed', 'no_show',
                                                   'cancelled', 'rescheduled')),
  scheduled_at     INTEGER NOT NULL,
  duration_minutes INTEGER NOT NULL CHECK (duration_minutes > 0),
  doctor_id        TEXT NOT NULL REFERENCES users (id),
  patient_id       TEXT NOT NULL REFERENCES users (id),
  conversation_id  TEXT NOT NULL UNIQUE REFERENCES conversations (id),
  started_at       INTEGER NOT NULL DEFAULT 0,
  ended_at         INTEGER NOT NULL DEFAULT 0,
  rescheduled_to   TEXT REFERENCES appointments (id) DEFERRABLE INITIALLY DEFERRED,
  missing          TEXT CHECK (missing IN ('doctor', 'patient', 'both')),
  metadata         TEXT CHECK (metadata IS NULL OR json_valid (metadata)),
  created_at       INTEGER NOT NULL,
  CHECK (doctor_id <> patient_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX appointments_by_doctor ON appointments (doctor_id, scheduled_at);
CREATE INDEX appointments_by_patient ON appointments (patient_id, scheduled_at);
CREATE INDEX appointments_by_time ON appointments (scheduled_at);

CREATE TABLE calls (
  id             TEXT PRIMARY KEY,
  appointment_id TEXT NOT NULL REFERENCES appointments (id),
  state          TEXT NOT NULL CHECK (state IN ('ringing', 'accepted', 'active', 'ended')),
  generation     INTEGER NOT NULL CHECK (generation > 0),
  requested_at   INTEGER NOT NULL,
  accepted_at    INTEGER NOT NULL,
  started_at     INTEGER NOT NULL,
  ended_at       INTEGER NOT NULL,
  end_reason     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_by_appointment ON calls (appointment_id);
CREATE INDEX calls_alive ON calls (state) WHERE state <> 'ended';

CREATE TABLE call_participants (
  call_id   TEXT NOT NULL REFERENCES calls (id),
  side      INTEGER NOT NULL CHECK (side IN (0, 1)),       -- 0 the caller, 1 the callee
  user_id   TEXT NOT NULL REFERENCES users (id),
  peer_id   TEXT,
  joined_at INTEGER NOT NULL,
  left_at   INTEGER NOT NULL,
  alive_at  INTEGER NOT NULL,
  PRIMARY KEY (call_id, side)
) STRICT, WITHOUT ROWID;

-- The audit. Each hash covers its row and the hash before it, with a key that is not in the database.
-- No foreign keys: the chain outlives what it speaks of.
CREATE TABLE appointment_call_events (
  seq            INTEGER PRIMARY KEY,
  appointment_id TEXT,
  type           TEXT NOT NULL,
  user_id        TEXT,
  call_id        TEXT,
  at             INTEGER NOT NULL,
  payload        TEXT CHECK (payload IS NULL OR json_valid (payload)),
  hash           TEXT NOT NULL
) STRICT;
CREATE INDEX appointment_call_events_by_appointment ON appointment_call_events (appointment_id, seq);
CREATE TRIGGER appointment_call_events_are_final BEFORE UPDATE ON appointment_call_events
BEGIN SELECT RAISE (ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER appointment_call_events_stay BEFORE DELETE ON appointment_call_events
BEGIN SELECT RAISE (ABORT, 'audit rows are never removed'); END;

-- Clustered by conversation, as they are read.
CREATE TABLE messages (
  conversation_id TEXT NOT NULL REFERENCES conversations (id),
  seq             INTEGER NOT NULL,
  id              TEXT NOT NULL UNIQUE,
  sender_id       TEXT NOT NULL REFERENCES users (id),
  content         TEXT NOT NULL,
  kind            TEXT NOT NULL,
  reply_to_id     TEXT,
  temp_id         TEXT,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, seq)
) STRICT, WITHOUT ROWID;
-- What a client sends again is found here and not stored twice.
CREATE UNIQUE INDEX messages_by_temp_id ON messages (conversation_id, sender_id, temp_id)
  WHERE temp_id IS NOT NULL;

CREATE TABLE receipts (
  conversation_id TEXT NOT NULL,
  user_id         TEXT NOT NULL,
  delivered_seq   INTEGER NOT NULL,
  read_seq        INTEGER NOT NULL,
  at              INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, user_id),
  FOREIGN KEY (conversation_id, user_id) REFERENCES members (conversation_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE consents (
  id             TEXT PRIMARY KEY,
  appointment_id TEXT NOT NULL REFERENCES appointments (id),
  user_id        TEXT NOT NULL REFERENCES users (id),
  kind           TEXT NOT NULL,
  text_version   TEXT NOT NULL,
  language       TEXT NOT NULL,
  mode           TEXT NOT NULL CHECK (mode IN ('clicked', 'recorded')),
  given          INTEGER NOT NULL CHECK (given IN (0, 1)),
  at             INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_by_appointment ON consents (appointment_id, at);

-- Who may do what only one may do, such as hold the call of an appointment. An expired lease is free.
CREATE TABLE leases (
  name       TEXT PRIMARY KEY,
  holder     TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
