-- {"kind":"table","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"limit":2,"columns":["user","properties.amount"],"order":{"by":"properties.amount","desc":true}}

SELECT toUnixTimestamp64Milli(`time`) AS t, `user` AS c0, toJSONString(`properties`.`amount`) AS c1
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
ORDER BY if(ifNull(`properties`.`amount`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`amount`), 'null')), assumeNotNull(`properties`.`amount`.:`String`)) = '\x01null', if(startsWith(if(ifNull(`properties`.`amount`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`amount`), 'null')), assumeNotNull(`properties`.`amount`.:`String`)), '\x01'), toFloat64OrNull(substring(if(ifNull(`properties`.`amount`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`amount`), 'null')), assumeNotNull(`properties`.`amount`.:`String`)), 2)), NULL) DESC NULLS FIRST, if(ifNull(`properties`.`amount`.:`String`, '') < '\x02', concat('\x01', ifNull(toJSONString(`properties`.`amount`), 'null')), assumeNotNull(`properties`.`amount`.:`String`)) DESC, time DESC, `id`, `name`, `user`, `anonymous`, `session`, `received`
LIMIT 3 OFFSET 0;

-- user (string) | properties.amount (number)
-- "ann" | 30
-- "bob" | 20
-- totals: null | null
