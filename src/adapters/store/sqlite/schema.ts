/** The tables, and how a file says what it is. */

/** The format that this version writes, in `PRAGMA user_version`. */
export const FORMAT = 1;
/** `PRAGMA application_id`: "PNst". */
export const APPLICATION_ID = 0x50_4e_73_74;

export const CREATE = `
  CREATE TABLE log (
    revision INTEGER PRIMARY KEY CHECK (revision > 0),
    entry BLOB NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;
  CREATE TRIGGER log_is_never_updated BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
  CREATE TRIGGER log_is_never_deleted BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
  CREATE TABLE snapshot (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    revision INTEGER NOT NULL,
    log_hash BLOB NOT NULL,
    state BLOB NOT NULL,
    digest BLOB NOT NULL
  ) STRICT;
  CREATE TABLE blob (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
`;
