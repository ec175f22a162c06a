-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Words of messages, without accents. Sending a message costs nothing here: what is behind indexed_seq is
-- taken in batches later, and what changes after that takes its words along.

ALTER TABLE conversations ADD COLUMN indexed_seq INTEGER NOT NULL DEFAULT 0;

-- The index wants numbers.
CREATE TABLE search_rows (
  id              INTEGER PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  seq             INTEGER NOT NULL,
  UNIQUE (conversation_id, seq)
) STRICT;

CREATE VIEW search_texts AS
  SELECT r.id AS id, replace (r.conversation_id, '-', '') AS conversation, m.content AS content
  FROM search_rows r JOIN messages m ON m.conversation_id = r.conversation_id AND m.seq = r.seq;

-- The conversation is a word of the text, so that looking in one does not read the others.
CREATE VIRTUAL TABLE search USING fts5 (conversation, content, content = 'search_texts', content_rowid = 'id',
                                        tokenize = "unicode61 remove_diacritics 2");

CREATE TRIGGER search_follows_messages AFTER UPDATE OF content ON messages WHEN OLD.content <> NEW.content BEGIN
  INSERT INTO search (search, rowid, conversation, content)
    SELECT 'delete', id, replace (conversation_id, '-', ''), OLD.content FROM search_rows
    WHERE conversation_id = NEW.conversation_id AND seq = NEW.seq;
  INSERT INTO search (rowid, conversation, content)
    SELECT id, replace (conversation_id, '-', ''), NEW.content FROM search_rows
    WHERE conversation_id = NEW.conversation_id AND seq = NEW.seq AND NEW.content <> '';
  DELETE FROM search_rows WHERE conversation_id = NEW.conversation_id AND seq = NEW.seq AND NEW.content = '';
END;
