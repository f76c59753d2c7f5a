/** The audit log: everything that was done and asked, searched, taken away, and checked. */
import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { ReactNode } from 'react';
import { exportAudit } from '../../../data/admin/audit.ts';
import type { AuditSearch } from '../../../data/admin/audit.ts';
import { may, sessionQuery } from '../../../data/session.ts';
import { Notice } from '../../../ui/Notice.tsx';
import { PageHead } from '../../../ui/page/PageHead.tsx';
import menu from '../../../ui/page/RowMenu.module.css';
import { saveFile } from '../../../ui/save-file.ts';
import { NotPermitted } from '../../NotPermitted.tsx';
import { AuditList } from './AuditList.tsx';
import { VerifySection } from './verify/VerifySection.tsx';

/** The page. */
export function AuditPage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const search = useSearch({ from: '/inside/settings/settings/audit' });
  const navigate = useNavigate();
  const change = useCallback(
    (part: Partial<AuditSearch>, isStep = true) =>
      void navigate({ to: '/settings/audit', search: (before) => ({ ...before, ...part }), replace: !isStep, resetScroll: false }),
    [navigate],
  );
  if (session === null) return null;
  const about =
    'Who did and asked what, and who was turned away. Each entry is chained to the one before, so that none can be bent unseen.';
  if (!session.permissions.includes('audit:read'))
    return (
      <>
        <PageHead title="Audit" about={about} />
        <NotPermitted />
      </>
    );
  return (
    <>
      <PageHead title="Audit" about={about} actions={may(session, 'audit:export') && <ExportMenu search={search} />} />
      <VerifySection isOperator={session.isOperator && session.seeingAs === null} canVerify={session.seeingAs === null} />
      <AuditList search={search} session={session} change={change} />
    </>
  );
}

function ExportMenu({ search }: { search: AuditSearch }): ReactNode {
  const take = useMutation({
    mutationFn: async (format: 'ndjson' | 'csv') => saveFile(await exportAudit(search, format), `audit.${format}`),
  });
  return (
    <div>
      <Menu position="bottom-end" width={260} shadow="none" classNames={{ dropdown: menu.menu ?? '' }}>
        <Menu.Target>
          <Button variant="default" loading={take.isPending} leftSection={<IconDownload size={16} stroke={1.5} aria-hidden="true" />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>What the filters find, oldest first</Menu.Label>
          <Menu.Item onClick={() => take.mutate('csv')}>CSV, for a spreadsheet</Menu.Item>
          <Menu.Item onClick={() => take.mutate('ndjson')}>NDJSON, the lines that were hashed</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {take.isError && (
        <Notice tone="error" title="Nothing was exported">
          {take.error.message}
        </Notice>
      )}
    </div>
  );
}
