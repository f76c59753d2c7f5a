/** Lines for a SIEM: what is escaped, and what is left out. */
import { expect, test } from 'vitest';
import { cefLines, jsonLines, type StreamedEntry } from './stream-line.ts';

const entry: StreamedEntry = {
  workspace: 'w1',
  seq: 7,
  at: '2026-11-01T12:00:00.000Z',
  action: 'query',
  sentence: 'asked a question',
  outcome: 'denied',
  actor: { kind: 'person', id: 'p1', name: null },
  target: { kind: 'dataset', id: 'a=b\\c|d' },
  detail: { where: 'x = "1"\nand y', pipe: '|' },
  detailCutFromBytes: null,
  hash: 'ab12',
};
const cef = cefLines('1.0|x\\y');

test('a CEF line escapes pipes and backslashes in its header, and equals signs, backslashes and line breaks in its values', () => {
  expect(cef.entry({ ...entry, sentence: 'a|b\\c\nd=e' })).toBe(
    [
      'CEF:0|Bellwether|Bellwether|1.0\\|x\\\\y|query|a\\|b\\\\c d=e|6|rt=1793534400000 outcome=denied suid=p1',
      'cs1Label=workspace cs1=w1 cs2Label=actorKind cs2=person cs3Label=targetKind cs3=dataset',
      'cs4Label=target cs4=a\\=b\\\\c|d cs5Label=hash cs5=ab12 cn1Label=seq cn1=7',
      'msg={"where":"x \\= \\\\"1\\\\"\\\\nand y","pipe":"|"}\n',
    ].join(' '),
  );
});

test('a CEF line names the person and the address where personal data goes out', () => {
  const fields = { name: 'Ada', email: 'ada@example.com', userAgent: 'Mozilla/5.0 (a=b)' };
  const line = (address: string) => cef.entry({ ...entry, personal: [{ personId: 'p1', fields: { ...fields, address } }] });
  expect(line('203.0.113.9')).toContain(' suser=ada@example.com src=203.0.113.9 requestClientApplication=Mozilla/5.0 (a\\=b) ');
  expect(line('2001:db8::1')).toContain(' c6a2=2001:db8::1 c6a2Label=Source IPv6 Address ');
  expect(cef.entry({ ...entry, personal: [{ personId: 'p1', fields: null }] })).not.toContain('suser');
});

test('a head is a line of its own kind in both forms', () => {
  const head = {
    workspace: '',
    head: 3,
    seq: 9,
    hash: 'aa',
    at: '2026-11-01T12:00:00.000Z',
    intact: false,
    keyId: 'k',
    previous: 'pp',
    digest: 'dd',
    signature: 'sig=',
  };
  expect(JSON.parse(jsonLines.head(head))).toEqual({ type: 'head', ...head });
  expect(cef.head(head)).toMatch(
    /^CEF:0\|.*\|auditHead\|sealed the audit log\|10\|rt=1793534400000 cs2Label=hash cs2=aa .*cs4=sig\\= .*cn3=0\n$/,
  );
  expect(JSON.parse(jsonLines.entry(entry))).toEqual({ type: 'entry', ...entry });
});
