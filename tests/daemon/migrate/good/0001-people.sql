-- SPDX-License-Identifier: LGPL-2.1-or-later
CREATE TABLE people (name TEXT NOT NULL);
