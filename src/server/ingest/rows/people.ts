/** What events say about people and groups: traits, and which ids are the same person. */
import type { Json } from '../../../shared/model/event.ts';
import { isObject } from '../event/draft.ts';
import { PropertyWalk } from '../event/properties.ts';
import type { RowWriter } from './row-writer.ts';
import type { CheckedEvent } from '../event/validate.ts';

const walk = new PropertyWalk();

/**
 * Writes the rows of `traits` and `identity_links` that follow from `event`:
 * `identify` (properties are the traits of `user`, who is also `anonymous`), `alias` (`previousId` is `user`),
 * `group` (properties are the traits of `groupId`), and `$set` on any event (traits of `user`).
 */
export function addPeopleRows(event: CheckedEvent, rows: RowWriter): void {
  if (event.name === 'identify') addIdentify(event, rows);
  else if (event.name === 'alias') addLink(event.properties['previousId'], event, rows);
  else if (event.name === 'group') addGroup(event, rows);
  const set = event.properties['$set'];
  if (set !== undefined && event.user !== '' && isObject(set)) {
    const text = walk.write(set as Record<string, Json>);
    if (typeof text === 'string' && text !== '{}') rows.addTraits('user', event.user, event.timeMs, text);
  }
}

function addIdentify(event: CheckedEvent, rows: RowWriter): void {
  if (event.user === '') return;
  if (event.propertiesText !== '{}') rows.addTraits('user', event.user, event.timeMs, event.propertiesText);
  addLink(event.anonymous, event, rows);
}

function addGroup(event: CheckedEvent, rows: RowWriter): void {
  const groupId = event.properties['groupId'];
  if (typeof groupId === 'string' && groupId !== '') rows.addTraits('group', groupId, event.timeMs, event.propertiesText);
}

function addLink(alias: Json | undefined, event: CheckedEvent, rows: RowWriter): void {
  if (typeof alias === 'string' && alias !== '' && event.user !== '' && alias !== event.user) {
    rows.addLink(alias, event.user, event.timeMs);
  }
}
