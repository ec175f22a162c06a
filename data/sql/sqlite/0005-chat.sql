-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Groups with roles, and messages that change after they were sent.

ALTER TABLE conversations ADD COLUMN name TEXT;
ALTER TABLE conversations ADD COLUMN open INTEGER NOT NULL DEFAULT 0 CHECK (open IN (0, 1));
-- Counts the changes of messages. With its sequence and its revision a client knows where it stands.
ALTER TABLE conversations ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'member'
  CHECK (role IN ('admin', 'moderator', 'member'));

-- The revision of the conversation when the message was sent, and when it last changed.
ALTER TABLE messages ADD COLUMN base_revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN edited_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN deleted_by TEXT;
ALTER TABLE messages ADD COLUMN recalled_at INTEGER NOT NULL DEFAULT 0;
-- Only of the few that changed: sending one costs nothing here.
CREATE INDEX messages_changed ON messages (conversation_id, revision) WHERE revision > base_revision;

-- What a message said before each edit. Goes when the message goes.
CREATE TABLE message_edits (
  conversation_id TEXT NOT NULL,
  seq             INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  content         TEXT NOT NULL,
  at              INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, seq, revision),
  FOREIGN KEY (conversation_id, seq) REFERENCES messages (conversation_id, seq)
) STRICT, WITHOUT ROWID;
