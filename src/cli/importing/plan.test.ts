/** From options and a sample to a mapping. */
import { describe, expect, test } from 'vitest';
import type { OptionValues } from '../command.ts';
import type { SourceRow } from '../reading/row.ts';
import { describePlan, planImport } from './plan.ts';

const invoices = [
  { InvoiceNo: '536365', InvoiceDate: '2010-12-01', CustomerID: '17850', TotalPrice: '139.12' },
  { InvoiceNo: '536366', InvoiceDate: '2010-12-01', CustomerID: '17850', TotalPrice: '22.2' },
];

function rowsOf(records: readonly Record<string, unknown>[]): SourceRow[] {
  return records.map((fields, index) => ({ index, text: null, fields, fault: null }));
}
const plan = (options: OptionValues, records: readonly Record<string, unknown>[] = invoices, isText = true) =>
  planImport(options, rowsOf(records), { name: 'invoices.csv', isText });

describe('the plan', () => {
  test('options win over the guess', () => {
    const { mapping } = plan({
      name: 'order',
      user: 'CustomerID',
      time: 'InvoiceDate',
      timezone: 'Europe/London',
      property: ['TotalPrice'],
    });
    expect(mapping).toMatchObject({
      name: { constant: 'order' },
      user: 'CustomerID',
      timezone: 'Europe/London',
      properties: ['TotalPrice'],
    });
  });

  test('a name is a column where there is one, and text after =', () => {
    expect(plan({ name: 'InvoiceNo' }).mapping.name).toEqual({ column: 'InvoiceNo' });
    expect(plan({ name: '=InvoiceNo' }).mapping.name).toEqual({ constant: 'InvoiceNo' });
    expect(plan({ name: 'TotalPrice' }).warnings).toEqual([expect.stringContaining('write --name =TotalPrice')]);
  });

  test('a column cannot have two roles', () => {
    expect(plan({ id: 'CustomerID' }).mapping).toMatchObject({ id: 'CustomerID', user: null });
  });

  test.each([
    [{ user: 'Custom' }, '--user "Custom" is not a column. Allowed: InvoiceNo, InvoiceDate, CustomerID, TotalPrice'],
    [{ time: 'CustomerID', 'time-format': undefined }, '--time "CustomerID" holds no times that can be read'],
    [{ type: ['TotalPrice=number'] }, '--type "TotalPrice=number" is not allowed. Allowed: COLUMN:TYPE'],
    [{ property: ['TotalPrice:money'] }, 'type "money" of column "TotalPrice" is not allowed'],
    [{ timezone: 'Nowhere' }, '--timezone "Nowhere" is not known'],
    [{ name: '=' }, '--name must be'],
  ])('%j is wrong usage', (options, message) => {
    expect(() => plan(options)).toThrow(message);
  });

  test('without anything that tells the time it asks for it', () => {
    const records = [{ item: 'a', count: '1' }];
    expect(() => plan({}, records)).toThrow('name it with --time COLUMN, or say --time now');
    expect(plan({ time: 'now' }, records).mapping.time).toBeNull();
  });

  test('types and left out columns', () => {
    expect(plan({ type: ['InvoiceNo:number'] }).mapping.cells.InvoiceNo).toBe('number');
    expect(plan({ skip: ['InvoiceNo'] }).mapping.properties).toEqual(['TotalPrice']);
    expect(plan({ property: ['InvoiceNo:number', 'TotalPrice'] }).mapping).toMatchObject({
      properties: ['InvoiceNo', 'TotalPrice'],
      cells: { InvoiceNo: 'number' },
    });
    expect(() => plan({ type: ['a:number'] }, [{ time: '2024-01-01', a: '1' }], false)).toThrow('only cells of CSV files are given types');
  });

  test('is shown before anything is sent', () => {
    expect(describePlan(plan({}))).toEqual([
      '  name        "invoices" for all',
      '  time        column InvoiceDate, ISO 8601, UTC where no zone is given',
      '  user        column CustomerID',
      '  anonymous   none',
      '  session     none',
      "  id          made from the file's content and the position",
      '  properties  InvoiceNo (text), TotalPrice (number)',
    ]);
  });

  test('warns of dates that can be read in two ways unless told how', () => {
    const records = [{ date: '01/02/2024', n: '1' }];
    expect(plan({}, records).warnings).toEqual([expect.stringContaining('date could be day/month or month/day')]);
    expect(plan({ 'time-format': 'mdy' }, records)).toMatchObject({ warnings: [], mapping: { time: { format: 'mdy' } } });
  });
});
