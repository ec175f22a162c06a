-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- A file goes with its message: from that moment nobody gets it, and the next sweep removes its bytes.

CREATE TRIGGER files_follow_messages AFTER UPDATE OF deleted_at, recalled_at ON messages
WHEN NEW.file_id IS NOT NULL AND (NEW.deleted_at > 0 OR NEW.recalled_at > 0) BEGIN
  UPDATE files SET state = 'removed' WHERE id = NEW.file_id AND state <> 'infected';
END;
