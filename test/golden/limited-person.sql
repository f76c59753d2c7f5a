-- {"kind":"breakdown","timezone":"Europe/Berlin","range":{"from":"2024-03-30","to":"2024-04-02"},"by":["person"]}
-- under {"rows":[{"field":"properties.city","is":["Rome","Oslo"]},{"not":{"field":"user","is":["eve"]}}],"masks":[]}

SELECT grouping(k0) AS is_total, if(seen_person != '', seen_person, if(user != '', user, anonymous)) AS k0, count() AS m0
FROM events LEFT ANY JOIN (SELECT link_alias AS seen_alias, link_person AS seen_person FROM (WITH RECURSIVE
    seen_direct AS (
      SELECT alias AS id, argMin(person, (time, received, person)) AS next_id FROM identity_links
      WHERE workspace = 'golden' AND alias != '' AND person != '' AND alias != person GROUP BY alias HAVING id IN (SELECT arrayJoin([user, anonymous]) FROM events WHERE workspace = 'golden' AND ((ifNull(`properties`.`city`.:`String` IN …, false)) AND NOT (`user` IN …))) AND next_id IN (SELECT arrayJoin([user, anonymous]) FROM events WHERE workspace = 'golden' AND ((ifNull(`properties`.`city`.:`String` IN …, false)) AND NOT (`user` IN …)))
    ),
    seen_chain AS (
      SELECT id, next_id AS last_id, [id, next_id] AS path, false AS is_circle FROM seen_direct WHERE next_id IN (SELECT id FROM seen_direct)
      UNION ALL
      SELECT walked.id AS id,
        if(has(walked.path, link.next_id), arrayMin(arraySlice(walked.path, indexOf(walked.path, link.next_id))), link.next_id) AS last_id,
        arrayPushBack(walked.path, link.next_id) AS path,
        has(walked.path, link.next_id) AS is_circle
      FROM seen_chain AS walked INNER JOIN seen_direct AS link ON link.id = walked.last_id
      WHERE NOT walked.is_circle AND length(walked.path) < 100
    )
    SELECT links.id AS link_alias, if(ends.id != '', ends.end_id, links.next_id) AS link_person
    FROM seen_direct AS links LEFT ANY JOIN (SELECT id, argMax(last_id, length(path)) AS end_id FROM seen_chain GROUP BY id) AS ends ON ends.id = links.id)) AS seen ON seen_alias = if(user != '', user, anonymous)
WHERE workspace = 'golden'
  AND time >= toDateTime64('2024-03-29 23:00:00.000', 3, 'UTC') AND time < toDateTime64('2024-04-01 22:00:00.000', 3, 'UTC')
  AND ((ifNull(`properties`.`city`.:`String` IN …, false)) AND NOT (`user` IN …))
GROUP BY k0 WITH ROLLUP
ORDER BY is_total DESC, m0 DESC NULLS LAST, k0 = '', k0 ASC
LIMIT 102;

-- person (string) | count (number)
-- "ann" | 2
-- "bob" | 1
-- totals: null | 3
