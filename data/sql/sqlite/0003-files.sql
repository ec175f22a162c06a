-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Files of conversations. What is in them lies in a folder, by id; see daemon/store/calld-blobs.h.

CREATE TABLE files (
  id              TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations (id),
  user_id         TEXT NOT NULL REFERENCES users (id),
  state           TEXT NOT NULL CHECK (state IN ('uploading', 'checking', 'kept', 'sent', 'infected', 'removed')),
  name            TEXT NOT NULL,
  type            TEXT NOT NULL,                  -- as found in the bytes; empty until they were looked at
  size            INTEGER NOT NULL CHECK (size >= 0),
  content         TEXT,                           -- what is said with it, until the message says it
  reply_to_id     TEXT,
  temp_id         TEXT,
  duration_ms     INTEGER NOT NULL,
  waveform        TEXT,
  width           INTEGER NOT NULL,
  height          INTEGER NOT NULL,
  etag            TEXT,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  swept           INTEGER NOT NULL DEFAULT 0      -- the bytes of a removed file are gone
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_state ON files (state, created_at) WHERE NOT swept;

-- How much everybody keeps; the row '*' is all together.
CREATE TABLE file_usage (
  user_id TEXT PRIMARY KEY,
  bytes   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER files_come AFTER INSERT ON files BEGIN
  INSERT INTO file_usage (user_id, bytes) VALUES (NEW.user_id, NEW.size), ('*', NEW.size)
    ON CONFLICT (user_id) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER files_go AFTER DELETE ON files WHEN NOT OLD.swept BEGIN
  UPDATE file_usage SET bytes = bytes - OLD.size WHERE user_id IN (OLD.user_id, '*');
END;
CREATE TRIGGER files_are_swept AFTER UPDATE OF swept ON files WHEN NEW.swept > OLD.swept BEGIN
  UPDATE file_usage SET bytes = bytes - OLD.size WHERE user_id IN (OLD.user_id, '*');
END;

ALTER TABLE messages ADD COLUMN file_id TEXT REFERENCES files (id);
CREATE INDEX messages_by_file ON messages (file_id) WHERE file_id IS NOT NULL;
