-- {"kind":"trend","grain":"day","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"metrics":[{"aggregate":"p95","of":"properties.amount"},{"aggregate":"sum","of":"properties.amount"}]}

SELECT grouping(bucket) AS is_total, roundDown(toUnixTimestamp64Milli(`time`), [1711753200000, 1711839600000, 1711922400000]) AS bucket, quantileExactInclusiveOrNull(0.95)(`properties`.`amount`.:`Float64`) AS m0, sumOrNull(`properties`.`amount`.:`Float64`) AS m1
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
GROUP BY bucket WITH ROLLUP;

-- bucket (bucket) | p95_amount (number) | sum_amount (number)
-- "2024-03-30T00:00:00+01:00" | 10 | 10
-- "2024-03-31T00:00:00+01:00" | 29.5 | 50
-- "2024-04-01T00:00:00+02:00" | null | 0
-- totals: null | 29 | 60
