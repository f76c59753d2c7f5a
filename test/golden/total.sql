-- {"kind":"total","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"metrics":[{"aggregate":"count"},{"aggregate":"unique","of":"user","as":"people"},{"aggregate":"avg","of":"properties.amount"}],"compare":"previous"}

SELECT count() AS m0, uniqExactIf(xxh3(`user`), `user` != '') AS m1, avgOrNull(`properties`.`amount`.:`Float64`) AS m2
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC');

SELECT count() AS m0, uniqExactIf(xxh3(`user`), `user` != '') AS m1, avgOrNull(`properties`.`amount`.:`Float64`) AS m2
FROM events
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-26 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC');

-- count (number) | people (number) | avg_amount (number)
-- 5 | 3 | 20
-- totals: 5 | 3 | 20
-- compared with 2024-03-26T23:00:00.000Z to 2024-03-29T23:00:00.000Z
-- 0 | 0 | null
-- totals: 0 | 0 | null
