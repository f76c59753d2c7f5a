/** Log lines for people. */
import { expect, test } from 'vitest';
import { humanLine } from './log-line.ts';

test('a line says when, how bad, what, and the rest', () => {
  expect(humanLine('{"level":40,"time":1795177762006,"migration":"0001","count":2,"msg":"done"}')).toBe(
    '12:29:22 warn  done migration=0001 count=2\n',
  );
});

test('an error shows its stack', () => {
  expect(humanLine('{"level":50,"time":0,"err":{"stack":"Error: x\\n  at y"},"msg":"failed"}')).toBe(
    '00:00:00 error failed\nError: x\n  at y\n',
  );
});

test('what is no JSON stays', () => {
  expect(humanLine('hello\n')).toBe('hello\n');
});
