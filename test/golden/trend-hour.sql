-- {"kind":"trend","grain":"hour","timezone":"Europe/Berlin","range":{"from":"2024-03-31T00:00","to":"2024-03-31T05:00"}}

SELECT grouping(bucket) AS is_total, intDiv(toUnixTimestamp64Milli(`time`) - 1711839600000, 3600000) AS bucket, count() AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-30 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-03-31 03:00:00.000', 3, 'UTC')
GROUP BY bucket WITH ROLLUP;

-- bucket (bucket) | count (number)
-- "2024-03-31T00:00:00+01:00" | 0
-- "2024-03-31T01:00:00+01:00" | 1
-- "2024-03-31T03:00:00+02:00" | 1
-- "2024-03-31T04:00:00+02:00" | 0
-- totals: null | 2
