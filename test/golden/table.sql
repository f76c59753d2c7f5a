-- {"kind":"table","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"limit":2,"columns":["time","user","properties.city","properties.amount"]}

SELECT toUnixTimestamp64Milli(`time`) AS t, toUnixTimestamp64Milli(`time`) AS c0, `user` AS c1, toJSONString(`properties`.`city`) AS c2, toJSONString(`properties`.`amount`) AS c3
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
  AND time >= ifNull((SELECT time FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC') ORDER BY time DESC LIMIT 1 OFFSET 2), toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC'))
ORDER BY time DESC, `id`, `name`, `user`, `anonymous`, `session`, `received`
LIMIT 3 OFFSET 0;

-- time (time) | user (string) | properties.city (number) | properties.amount (string)
-- "2024-04-01T12:00:00.000Z" | null | null | null
-- "2024-03-31T22:30:00.000Z" | "eve" | 5 | null
-- totals: null | null | null | null
