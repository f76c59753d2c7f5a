-- {"kind":"breakdown","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"by":["user","properties.city"],"where":[{"field":"properties.city","is":["Rome",null]}]}
-- under {"rows":[{"field":"properties.city","is":["Rome","Oslo"]},{"not":{"field":"user","is":["eve"]}}],"masks":[{"field":"user","as":"last4"},{"field":"properties.city","as":"hash"}]}

SELECT grouping(k0) AS is_total, if(`user` = '', '', concat('••••', if(lengthUTF8(`user`) > 4, rightUTF8(`user`, 4), left(`user`, 0)))) AS k0, ifNull(lower(hex(substring(SHA256(concat(<the salt of this workspace>, coalesce(concat('s', `properties`.`city`.:`String`), concat('n', toString(`properties`.`city`.:`Float64`)), concat('b', toString(`properties`.`city`.:`Bool`))))), 1, 8))), '\x01null') AS k1, count() AS m0
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
  AND ((ifNull(`properties`.`city`.:`String` IN …, false)) AND NOT (`user` IN …))
  AND (ifNull(lower(hex(substring(SHA256(concat(<the salt of this workspace>, coalesce(concat('s', `properties`.`city`.:`String`), concat('n', toString(`properties`.`city`.:`Float64`)), concat('b', toString(`properties`.`city`.:`Bool`))))), 1, 8))) IN ['Rome'], false) OR NOT (lower(hex(substring(SHA256(concat(<the salt of this workspace>, coalesce(concat('s', `properties`.`city`.:`String`), concat('n', toString(`properties`.`city`.:`Float64`)), concat('b', toString(`properties`.`city`.:`Bool`))))), 1, 8))) IS NOT NULL))
GROUP BY k0, k1 WITH ROLLUP
HAVING grouping(k0) = grouping(k1)
ORDER BY is_total DESC, m0 DESC NULLS LAST, k0 = '', k0 ASC, k1 = '\x01null', k1 ASC
LIMIT 102;

-- user (string) | properties.city (string) | count (number)
-- totals: null | null | 0
