-- {"kind":"breakdown","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"by":["time.hour"],"order":{"by":"time.hour"}}

SELECT grouping(k0) AS is_total, toUInt8(intDiv((toUnixTimestamp64Milli(`time`) + transform(roundDown(toUnixTimestamp64Milli(`time`), [1698541200000, 1711846800000]), [1698541200000, 1711846800000], [3600000, 7200000], toInt64(0))), 3600000) % 24) AS k0, count() AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
GROUP BY k0 WITH ROLLUP
ORDER BY is_total DESC, k0 ASC
LIMIT 102;

-- time.hour (number) | count (number)
-- 0 | 1
-- 1 | 1
-- 3 | 1
-- 10 | 1
-- 14 | 1
-- totals: null | 5
