-- {"kind":"trend","grain":"day","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"by":["properties.city"],"metrics":[{"aggregate":"sum","of":"properties.amount"}]}
-- under {"rows":[{"field":"properties.city","is":["Rome","Oslo"]},{"not":{"field":"user","is":["eve"]}}],"masks":[{"field":"properties","as":"hide"}]}

SELECT grouping(k0) AS is_total, grouping(bucket) AS is_group, materialize('\x01null') AS k0, roundDown(toUnixTimestamp64Milli(`time`), [1711753200000, 1711839600000, 1711922400000]) AS bucket, sumOrNull(CAST(NULL, 'Nullable(Float64)')) AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
  AND ((ifNull(`properties`.`city`.:`String` IN …, false)) AND NOT (`user` IN …))
GROUP BY k0, bucket WITH ROLLUP
ORDER BY is_group DESC, m0 DESC NULLS LAST, k0 = '\x01null', k0 ASC;

-- bucket (bucket) | properties.city (string) | sum_amount (number)
-- "2024-03-30T00:00:00+01:00" | null | 0
-- "2024-03-31T00:00:00+01:00" | null | 0
-- "2024-04-01T00:00:00+02:00" | null | 0
-- totals: null | null | 0
