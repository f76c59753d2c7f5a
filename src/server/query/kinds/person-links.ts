/** Who a linked id belongs to, from what identify and alias calls said. */
import { bind, sql, type Statement } from '../../sql/statement.ts';

/** One row per linked id of the workspace: `link_alias`, and `link_person` at the end of its chain of links. */
export function personLinks(workspaceId: string): Statement {
  return sql`WITH RECURSIVE
  direct AS (SELECT alias, argMax(person, (time, received)) AS person FROM identity_links WHERE workspace = ${bind('String', workspaceId)} GROUP BY alias),
  chain AS (
    SELECT alias, person, 1 AS depth FROM direct
    UNION ALL
    SELECT chain.alias, direct.person, chain.depth + 1 FROM chain INNER JOIN direct ON direct.alias = chain.person WHERE chain.depth < 16 AND direct.person != chain.alias
  )
SELECT alias AS link_alias, argMax(person, depth) AS link_person FROM chain GROUP BY alias`;
}
