-- SPDX-License-Identifier: LGPL-2.1-or-later
CREATE TABLE half (x TEXT);
INSERT INTO nowhere VALUES (1);
