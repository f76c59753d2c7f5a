-- {"kind":"breakdown","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"by":["properties.city","time.weekday"],"limit":2,"metrics":[{"aggregate":"max","of":"properties.amount"}],"order":{"by":"properties.city"}}

SELECT grouping(k0) AS is_total, if(ifNull(`properties`.`city`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`city`), 'null')), assumeNotNull(`properties`.`city`.:`String`)) AS k0, toUInt8((intDiv((toUnixTimestamp64Milli(`time`) + transform(roundDown(toUnixTimestamp64Milli(`time`), [1698541200000, 1711846800000]), [1698541200000, 1711846800000], [3600000, 7200000], toInt64(0))), 86400000) + 3) % 7 + 1) AS k1, maxOrNull(`properties`.`amount`.:`Float64`) AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
GROUP BY k0, k1 WITH ROLLUP
HAVING grouping(k0) = grouping(k1)
ORDER BY is_total DESC, k0 = '\x01null', if(startsWith(k0, '\x01'), toFloat64OrNull(substring(k0, 2)), NULL) ASC NULLS LAST, k0 ASC, k1 ASC
LIMIT 4;

WITH if(ifNull(`properties`.`city`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`city`), 'null')), assumeNotNull(`properties`.`city`.:`String`)) AS k0, toUInt8((intDiv((toUnixTimestamp64Milli(`time`) + transform(roundDown(toUnixTimestamp64Milli(`time`), [1698541200000, 1711846800000]), [1698541200000, 1711846800000], [3600000, 7200000], toInt64(0))), 86400000) + 3) % 7 + 1) AS k1
SELECT maxOrNull(`properties`.`amount`.:`Float64`) AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
  AND concat(toString(length(toString(k0))), ':', toString(k0), toString(length(toString(k1))), ':', toString(k1)) NOT IN ['2:51:1', '4:Oslo1:7'];

-- properties.city (json) | time.weekday (number) | max_amount (number)
-- 5 | 1 | null
-- "Oslo" | 7 | 30
-- {"others":true} | {"others":true} | 20
-- totals: null | null | 30
