/**
 * Forward only: each is applied once, in order, and never edited after it has been released. The journal's version is their number.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  -- Signed entries as they came: each proves itself, their order is the fold's business.
  CREATE TABLE authority (
    hash TEXT PRIMARY KEY,
    entry BLOB NOT NULL
  ) STRICT;
  CREATE TABLE key_changes (
    hash TEXT PRIMARY KEY
  ) STRICT;
  -- The newest that each device has signed of each document: what a rollback is measured against.
  CREATE TABLE heads (
    device_id TEXT NOT NULL,
    doc_id TEXT NOT NULL,
    signed BLOB NOT NULL,
    PRIMARY KEY (device_id, doc_id)
  ) STRICT;
  CREATE TABLE peers (
    peer_id TEXT PRIMARY KEY,
    addresses TEXT NOT NULL,
    seen_ms INTEGER NOT NULL
  ) STRICT;
  -- One row for everything of one kind about one subject, or a peer could fill the disk with its own misdeeds.
  CREATE TABLE incidents (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    proof BLOB,
    PRIMARY KEY (kind, subject)
  ) STRICT;
  `,
  `
  -- Of each device the renewal of its certificate that was issued last.
  CREATE TABLE renewals (
    device_id TEXT PRIMARY KEY,
    signed BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- One row: the ways in and the vault behind them, sealed as they are on every medium.
  CREATE TABLE ways (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    stored BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- What commands with an idempotency key came to. 'begun' without a result: the agent died in between, and nobody knows.
  CREATE TABLE outcomes (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    result BLOB,
    PRIMARY KEY (caller, key)
  ) STRICT;
  CREATE INDEX outcomes_by_time ON outcomes (at_ms);
  `,
  `
  CREATE TABLE jobs (
    job_id TEXT PRIMARY KEY,
    request_key TEXT UNIQUE,
    name TEXT NOT NULL,
    spec BLOB NOT NULL,
    asked_by TEXT NOT NULL,
    device_id TEXT NOT NULL,
    never_twice INTEGER NOT NULL,
    phase TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    started_ms INTEGER,
    ended_ms INTEGER,
    isolation BLOB,
    ending BLOB,
    outcome BLOB,
    placement TEXT
  ) STRICT;
  CREATE INDEX jobs_by_age ON jobs (created_ms);
  CREATE TABLE job_moves (
    job_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    phase TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (job_id, seq)
  ) STRICT;
  `,
  `
  -- Folders that hold a copy of the profile, and the newest head this device has seen in each.
  CREATE TABLE media (
    medium_id TEXT PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    failure_domain TEXT NOT NULL,
    gen INTEGER NOT NULL,
    head TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Places of any kind. What it takes to sign in is sealed to this device and to the place.
  CREATE TABLE places (
    medium_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    account TEXT NOT NULL,
    credential BLOB,
    failure_domain TEXT NOT NULL,
    gen INTEGER NOT NULL,
    head TEXT NOT NULL,
    UNIQUE (kind, place, account)
  ) STRICT;
  INSERT INTO places (medium_id, kind, place, account, failure_domain, gen, head)
    SELECT medium_id, 'folder', path, '', failure_domain, gen, head FROM media;
  DROP TABLE media;
  ALTER TABLE places RENAME TO media;
  `,
  `
  -- Tokens this device has issued, and tokens that were taken back here, each until it would have ended.
  CREATE TABLE tokens (
    token_id TEXT PRIMARY KEY,
    payload BLOB,
    asked_by TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    revoked INTEGER NOT NULL
  ) STRICT;
  -- How often a capability of a token with a limit was used: a restart must not make it new.
  CREATE TABLE token_uses (
    token_id TEXT NOT NULL,
    capability INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (token_id, capability)
  ) STRICT;
  `,
  `
  ALTER TABLE jobs ADD COLUMN trace TEXT;
  `,
  `
  -- How the drills of each copy went, by the way in that opened it; the empty one stands for a copy that could not even be read.
  CREATE TABLE drills (
    medium_id TEXT NOT NULL,
    way TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    problem TEXT NOT NULL,
    good_ms INTEGER,
    PRIMARY KEY (medium_id, way)
  ) STRICT;
  `,
  `
  -- Which heads each device was shown on each medium, as it has signed it: what a fork shown to two devices is found by.
  CREATE TABLE sightings (
    device_id TEXT NOT NULL,
    medium TEXT NOT NULL,
    signed BLOB NOT NULL,
    PRIMARY KEY (device_id, medium)
  ) STRICT;
  `,
  `
  -- What each drill signed in to the place with: those before this asked nobody, and used what the device keeps.
  CREATE TABLE drills_by_entry (
    medium_id TEXT NOT NULL,
    way TEXT NOT NULL,
    entry TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    problem TEXT NOT NULL,
    good_ms INTEGER,
    PRIMARY KEY (medium_id, way, entry)
  ) STRICT;
  INSERT INTO drills_by_entry (medium_id, way, entry, at_ms, problem, good_ms)
    SELECT drills.medium_id, way, CASE WHEN credential IS NULL THEN 'not-needed' ELSE 'stored' END, at_ms, problem, good_ms
    FROM drills JOIN media ON media.medium_id = drills.medium_id;
  DROP TABLE drills;
  ALTER TABLE drills_by_entry RENAME TO drills;
  `,
]
