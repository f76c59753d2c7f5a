-- {"kind":"total","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"where":[{"field":"name","is":["buy",null]},{"any":[{"field":"properties.city","contains":"r"},{"field":"properties.amount","gte":10,"lt":100},{"not":{"field":"properties.gift","exists":true}}]},{"field":"properties.gift","isNot":[true,"yes",1,null]},{"field":"user","startsWith":"a","matches":"n+$"},{"field":"time.hour","gt":8},{"field":"received","gte":"2024-03-30"}]}

SELECT count() AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
  AND ((`name` IN ['buy'] OR NOT (`name` != '')) AND (ifNull(position(lowerUTF8(`properties`.`city`.:`String`), lowerUTF8('r')) > 0, false) OR (ifNull(`properties`.`amount`.:`Float64` >= 10, false) AND ifNull(`properties`.`amount`.:`Float64` < 100, false)) OR NOT (`properties`.`gift` IS NOT NULL)) AND NOT (ifNull(`properties`.`gift`.:`String` IN ['yes'], false) OR ifNull(`properties`.`gift`.:`Float64` IN [1], false) OR ifNull(`properties`.`gift`.:`Bool` = true, false) OR NOT (`properties`.`gift` IS NOT NULL)) AND ((`user` != '' AND startsWith(`user`, 'a')) AND (`user` != '' AND match(`user`, '(?-s)n+$'))) AND toUInt8(intDiv((toUnixTimestamp64Milli(`time`) + transform(roundDown(toUnixTimestamp64Milli(`time`), [1698541200000, 1711846800000]), [1698541200000, 1711846800000], [3600000, 7200000], toInt64(0))), 3600000) % 24) > 8 AND toUnixTimestamp64Milli(`received`) >= 1711753200000);

-- count (number)
-- 1
-- totals: 1
