-- {"kind":"trend","grain":"day","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"by":["properties.city"],"limit":1,"metrics":[{"aggregate":"unique","of":"user"}],"compare":"previousWeek"}

SELECT grouping(k0) AS is_total, grouping(bucket) AS is_group, if(ifNull(`properties`.`city`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`city`), 'null')), assumeNotNull(`properties`.`city`.:`String`)) AS k0, roundDown(toUnixTimestamp64Milli(`time`), [1711753200000, 1711839600000, 1711922400000]) AS bucket, uniqExactIf(xxh3(`user`), `user` != '') AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
GROUP BY k0, bucket WITH ROLLUP
ORDER BY is_group DESC, m0 DESC NULLS LAST, k0 = '\x01null', if(startsWith(k0, '\x01'), toFloat64OrNull(substring(k0, 2)), NULL) ASC NULLS LAST, k0 ASC;

WITH if(ifNull(`properties`.`city`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`city`), 'null')), assumeNotNull(`properties`.`city`.:`String`)) AS k0
SELECT grouping(g) AS is_total, grouping(bucket) AS is_group, transform(toString(k0), ['Rome'], [0], toUInt16(1)) AS g, roundDown(toUnixTimestamp64Milli(`time`), [1711753200000, 1711839600000, 1711922400000]) AS bucket, uniqExactIf(xxh3(`user`), `user` != '') AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
GROUP BY g, bucket WITH ROLLUP;

WITH if(ifNull(`properties`.`city`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`city`), 'null')), assumeNotNull(`properties`.`city`.:`String`)) AS k0
SELECT grouping(g) AS is_total, grouping(bucket) AS is_group, transform(toString(k0), ['Rome'], [0], toUInt16(1)) AS g, intDiv(toUnixTimestamp64Milli(`time`) - 1711148400000, 86400000) AS bucket, uniqExactIf(xxh3(`user`), `user` != '') AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-22 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-03-25 23:00:00.000', 3, 'UTC')
GROUP BY g, bucket WITH ROLLUP;

-- bucket (bucket) | properties.city (string) | unique_user (number)
-- "2024-03-30T00:00:00+01:00" | "Rome" | 1
-- "2024-03-30T00:00:00+01:00" | {"others":true} | 0
-- "2024-03-31T00:00:00+01:00" | "Rome" | 1
-- "2024-03-31T00:00:00+01:00" | {"others":true} | 1
-- "2024-04-01T00:00:00+02:00" | "Rome" | 0
-- "2024-04-01T00:00:00+02:00" | {"others":true} | 1
-- totals: null | null | 3
-- compared with 2024-03-22T23:00:00.000Z to 2024-03-25T23:00:00.000Z
-- "2024-03-23T00:00:00+01:00" | "Rome" | 0
-- "2024-03-23T00:00:00+01:00" | {"others":true} | 0
-- "2024-03-24T00:00:00+01:00" | "Rome" | 1
-- "2024-03-24T00:00:00+01:00" | {"others":true} | 0
-- "2024-03-25T00:00:00+01:00" | "Rome" | 0
-- "2024-03-25T00:00:00+01:00" | {"others":true} | 0
-- totals: null | null | 1
