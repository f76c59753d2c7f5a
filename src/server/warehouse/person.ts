/** Who is who: which person an id belongs to, through all that identify and alias have linked. */
import { bind, sql, trusted, type Statement } from '../sql/statement.ts';

/** A chain longer than this is followed this far. */
const maxChainLength = 100;

/**
 * One row per linked id of the workspace: `link_alias`, and `link_person` at the end of its chain.
 *
 * The first link of an id counts, by the time of its event: who identifies on a shared device later does not take over what
 * was done there before. Ids that are linked in a circle are all the same person, the least of them. With `among`, a question
 * for ids, only links between two of these are followed.
 */
export function personLinks(workspaceId: string, among?: Statement): Statement {
  const isSeen = among === undefined ? sql`` : sql` HAVING id IN (${among}) AND next_id IN (${among})`;
  // TRICKY: `among` may hold another question for links, and inside a recursion the engine confuses equal names.
  const prefix = among === undefined ? '' : 'seen_';
  const [direct, chain] = [trusted(`${prefix}direct`), trusted(`${prefix}chain`)];
  return sql`WITH RECURSIVE
    ${direct} AS (
      SELECT alias AS id, argMin(person, (time, received, person)) AS next_id FROM identity_links
      WHERE workspace = ${bind('String', workspaceId)} AND alias != '' AND person != '' AND alias != person GROUP BY alias${isSeen}
    ),
    ${chain} AS (
      SELECT id, next_id AS last_id, [id, next_id] AS path, false AS is_circle FROM ${direct} WHERE next_id IN (SELECT id FROM ${direct})
      UNION ALL
      SELECT walked.id AS id,
        if(has(walked.path, link.next_id), arrayMin(arraySlice(walked.path, indexOf(walked.path, link.next_id))), link.next_id) AS last_id,
        arrayPushBack(walked.path, link.next_id) AS path,
        has(walked.path, link.next_id) AS is_circle
      FROM ${chain} AS walked INNER JOIN ${direct} AS link ON link.id = walked.last_id
      WHERE NOT walked.is_circle AND length(walked.path) < ${bind('UInt16', maxChainLength)}
    )
    SELECT links.id AS link_alias, if(ends.id != '', ends.end_id, links.next_id) AS link_person
    FROM ${direct} AS links LEFT ANY JOIN (SELECT id, argMax(last_id, length(path)) AS end_id FROM ${chain} GROUP BY id) AS ends ON ends.id = links.id`;
}

/** The id that an event carries: the user, or who it was before anybody signed in. */
export const carriedId: Statement = sql`if(user != '', user, anonymous)`;

/** What to put after `FROM events` for {@link personExpression}. Costs a few ms where nothing is linked. */
export function personJoin(workspaceId: string): Statement {
  return sql`LEFT ANY JOIN (${personLinks(workspaceId)}) AS links ON link_alias = ${carriedId}`;
}

/** As {@link personJoin}, for {@link seenPersonExpression}; both can stand in one question. */
export function seenPersonJoin(workspaceId: string, among: Statement): Statement {
  return sql`LEFT ANY JOIN (SELECT link_alias AS seen_alias, link_person AS seen_person FROM (${personLinks(workspaceId, among)})) AS seen ON seen_alias = ${carriedId}`;
}

/** The person of an event, as far as the ids that may be seen tell. */
export const seenPersonExpression: Statement = sql`if(seen_person != '', seen_person, ${carriedId})`;

/** The person of an event; '' where it carries no id. */
export const personExpression: Statement = sql`if(link_person != '', link_person, ${carriedId})`;
