-- The events of all workspaces, and what the ingest stream says about people.
CREATE TABLE IF NOT EXISTS events
(
    workspace LowCardinality(String),
    name LowCardinality(String),
    time DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    id String CODEC(ZSTD(1)),
    user String CODEC(ZSTD(1)),
    anonymous String CODEC(ZSTD(1)),
    session String CODEC(ZSTD(1)),
    properties JSON(max_dynamic_paths = 256) CODEC(LZ4),
    source LowCardinality(String),
    import_id LowCardinality(String),
    received DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (workspace, toDate(time), name, time)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1;

CREATE TABLE IF NOT EXISTS dead_letters
(
    workspace LowCardinality(String),
    received DateTime64(3, 'UTC'),
    source LowCardinality(String),
    import_id LowCardinality(String),
    reason LowCardinality(String),
    message String,
    name String,
    -- the event as it came, cut to 64 KiB
    body String CODEC(ZSTD(3))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received)
ORDER BY (workspace, received)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1;

-- What identify and group calls said. kind: 'user' or 'group'.
CREATE TABLE IF NOT EXISTS traits
(
    workspace LowCardinality(String),
    kind LowCardinality(String),
    id String,
    time DateTime64(3, 'UTC'),
    traits JSON(max_dynamic_paths = 128),
    received DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received)
ORDER BY (workspace, kind, id, time)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1;

-- Which id is the same person as which other: identify links anonymous to user, alias links the previous id to the new one.
CREATE TABLE IF NOT EXISTS identity_links
(
    workspace LowCardinality(String),
    alias String,
    person String,
    time DateTime64(3, 'UTC'),
    received DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received)
ORDER BY (workspace, alias, time)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1;
