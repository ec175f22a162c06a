-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Needs what 0002 made.
CREATE INDEX people_by_birth ON people (born);
ALTER TABLE people ADD COLUMN town TEXT NOT NULL DEFAULT 'unknown';
