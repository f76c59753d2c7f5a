-- {"kind":"breakdown","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"by":["properties.city"]}

SELECT grouping(k0) AS is_total, if(ifNull(`properties`.`city`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`city`), 'null')), assumeNotNull(`properties`.`city`.:`String`)) AS k0, count() AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
GROUP BY k0 WITH ROLLUP
ORDER BY is_total DESC, m0 DESC NULLS LAST, k0 = '\x01null', if(startsWith(k0, '\x01'), toFloat64OrNull(substring(k0, 2)), NULL) ASC NULLS LAST, k0 ASC
LIMIT 102;

-- properties.city (json) | count (number)
-- "Rome" | 2
-- 5 | 1
-- "Oslo" | 1
-- null | 1
-- totals: null | 5
