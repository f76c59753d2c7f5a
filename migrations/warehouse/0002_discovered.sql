-- What was discovered in the events: names and properties, added up as events arrive. A new generation begins when events
-- were deleted; rows of older ones do not count any more.
ALTER TABLE events ADD INDEX IF NOT EXISTS received_range received TYPE minmax GRANULARITY 1;

CREATE TABLE IF NOT EXISTS discovered_generations
(
    workspace LowCardinality(String),
    generation UInt64
)
ENGINE = MergeTree
ORDER BY workspace;

CREATE TABLE IF NOT EXISTS discovered_events
(
    workspace LowCardinality(String),
    generation UInt64,
    name String,
    count SimpleAggregateFunction(sum, UInt64),
    first_seen SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    -- events received up to here are in
    upto SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (workspace, generation, name)
SETTINGS non_replicated_deduplication_window = 1000;

-- From a sample. A row with the path '' counts the sampled events of a name.
CREATE TABLE IF NOT EXISTS discovered_properties
(
    workspace LowCardinality(String),
    generation UInt64,
    name String,
    path String,
    type LowCardinality(String),
    count SimpleAggregateFunction(sum, UInt64),
    distinct_values AggregateFunction(uniqCombined(12), String),
    frequent_values AggregateFunction(topK(10), String),
    low SimpleAggregateFunction(min, Nullable(Float64)),
    high SimpleAggregateFunction(max, Nullable(Float64))
)
ENGINE = AggregatingMergeTree
ORDER BY (workspace, generation, name, path, type)
SETTINGS non_replicated_deduplication_window = 1000;
