-- SPDX-License-Identifier: LGPL-2.1-or-later
ALTER TABLE people ADD COLUMN born INTEGER NOT NULL DEFAULT 1900;
