-- {"kind":"total","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"approximate":true,"metrics":[{"aggregate":"unique","of":"user"},{"aggregate":"p95","of":"properties.amount"}]}

SELECT uniqCombined64If(17)(xxh3(`user`), `user` != '') AS m0, quantileDDOrNull(0.01, 0.95)(`properties`.`amount`.:`Float64`) AS m1
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC');

-- unique_user (number) | p95_amount (number)
-- 3 | 19.886670240866184
-- totals: 3 | 19.886670240866184
