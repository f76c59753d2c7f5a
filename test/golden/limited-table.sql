-- {"kind":"table","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"limit":2,"columns":["time","name","user","received","properties.amount","properties"],"order":{"by":"properties.amount","desc":true}}
-- under {"rows":[{"field":"properties.city","is":["Rome","Oslo"]},{"not":{"field":"user","is":["eve"]}}],"masks":[{"field":"user","as":"hash"},{"field":"received","as":"hide"},{"field":"properties.amount","as":"last4"}]}

SELECT toUnixTimestamp64Milli(`time`) AS t, toUnixTimestamp64Milli(`time`) AS c0, `name` AS c1, if(`user` = '', '', lower(hex(substring(SHA256(concat(<the salt of this workspace>, 's', `user`)), 1, 8)))) AS c2, CAST(NULL, 'Nullable(Int64)') AS c3, toJSONString(concat('••••', if(lengthUTF8(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`))) > 4, rightUTF8(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`)), 4), left(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`)), 0)))) AS c4, properties AS c5
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
  AND ((ifNull(`properties`.`city`.:`String` IN …, false)) AND NOT (`user` IN …))
ORDER BY ifNull(concat('••••', if(lengthUTF8(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`))) > 4, rightUTF8(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`)), 4), left(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`)), 0))), '\x01null') = '\x01null', ifNull(concat('••••', if(lengthUTF8(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`))) > 4, rightUTF8(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`)), 4), left(coalesce(`properties`.`amount`.:`String`, toString(`properties`.`amount`.:`Float64`)), 0))), '\x01null') DESC, time DESC, sipHash64(<the salt of this workspace>, `id`, `name`, `user`, `anonymous`, `session`, `received`)
LIMIT 3 OFFSET 0;

-- time (time) | name (string) | user (string) | received (time) | properties.amount (string) | properties (json)
-- "2024-03-31T01:30:00.000Z" | "buy" | "a22d37b0a663d610" | null | "••••" | {"city":"Oslo"}
-- "2024-03-31T00:30:00.000Z" | "buy" | "500c6895efaf99b5" | null | "••••" | {"city":"Rome"}
-- totals: null | null | null | null | null | null
