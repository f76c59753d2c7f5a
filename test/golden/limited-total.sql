-- {"kind":"total","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"metrics":[{"aggregate":"count"},{"aggregate":"unique","of":"user"},{"aggregate":"p90","of":"properties.amount"}],"where":[{"field":"user","startsWith":"a"}]}
-- under {"rows":[{"field":"properties.city","is":["Rome","Oslo"]},{"not":{"field":"user","is":["eve"]}}],"masks":[{"field":"user","as":"hash"},{"field":"properties.amount","as":"bucket","step":10}]}

SELECT count() AS m0, uniqExactIf(xxh3(if(`user` = '', '', lower(hex(substring(SHA256(concat(<the salt of this workspace>, 's', `user`)), 1, 8))))), `user` != '') AS m1, quantileExactInclusiveOrNull(0.9)(if(isFinite(floor(`properties`.`amount`.:`Float64` / 10) * 10), floor(`properties`.`amount`.:`Float64` / 10) * 10, NULL)) AS m2
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
  AND ((ifNull(`properties`.`city`.:`String` IN …, false)) AND NOT (`user` IN …))
  AND (`user` != '' AND startsWith(if(`user` = '', '', lower(hex(substring(SHA256(concat(<the salt of this workspace>, 's', `user`)), 1, 8)))), 'a'));

-- count (number) | unique_user (number) | p90_amount (number)
-- 2 | 1 | 28
-- totals: 2 | 1 | 28
