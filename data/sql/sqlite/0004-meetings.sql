-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Meetings at LiveKit: what its webhooks tell, and what we asked it to send us.

CREATE TABLE meetings (
  id             TEXT PRIMARY KEY,
  meeting_id     TEXT NOT NULL UNIQUE,
  room_name      TEXT NOT NULL,
  room_sid       TEXT UNIQUE,
  appointment_id TEXT REFERENCES appointments (id),
  status         TEXT NOT NULL CHECK (status IN ('ACTIVE', 'ENDED')),
  started_at     INTEGER NOT NULL,
  ended_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- A room has one meeting at a time.
CREATE UNIQUE INDEX meetings_active ON meetings (room_name) WHERE status = 'ACTIVE';
CREATE INDEX meetings_by_time ON meetings (started_at);

-- Webhooks come more than once.
CREATE TABLE livekit_events (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX livekit_events_by_time ON livekit_events (at);

CREATE TABLE egresses (
  id          TEXT PRIMARY KEY,
  meeting_id  TEXT NOT NULL,
  room_name   TEXT NOT NULL,
  track_id    TEXT NOT NULL,
  participant TEXT,
  over        INTEGER NOT NULL CHECK (over IN (0, 1)),
  error       TEXT,
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX egresses_alive ON egresses (room_name) WHERE over = 0;
