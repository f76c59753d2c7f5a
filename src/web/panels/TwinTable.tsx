/** The table twin of a picture, and a way to take it along. */
import type { ReactNode } from 'react';
import { csvOf } from '../charts/twin.ts';
import type { Twin } from '../charts/twin.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { DataTable } from '../ui/DataTable.tsx';

/** The table; it scrolls by itself beyond `maxHeight`. */
export function TwinTable({ twin, maxHeight }: { twin: Twin; maxHeight?: number }): ReactNode {
  return (
    <div>
      <DataTable caption={twin.caption} columns={twin.columns} rows={twin.rows} {...(maxHeight === undefined ? {} : { maxHeight })} />
      <div style={{ paddingTop: 8 }}>
        <CopyButton text={csvOf(twin)} label="Copy as CSV" />
      </div>
    </div>
  );
}
