/** The members of the workspace, and who is invited. */
import { Button } from '@mantine/core';
import { IconCheck, IconUsers, IconX } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import { formatCount } from '../../../../shared/format/number.ts';
import { formatAgo, formatInstant } from '../../../../shared/format/time.ts';
import { membersQuery } from '../../../data/admin/members.ts';
import type { Member, PeopleSearch } from '../../../data/admin/members.ts';
import { roleName } from '../../../data/admin/roles.ts';
import { useNow } from '../../../data/clock.ts';
import { preferredZone } from '../../../data/period.ts';
import { may, sessionQuery } from '../../../data/session.ts';
import { SearchField } from '../../../ui/form/SearchField.tsx';
import { Badge } from '../../../ui/page/Badge.tsx';
import { EmptyState } from '../../../ui/page/EmptyState.tsx';
import { PageHead, Section } from '../../../ui/page/PageHead.tsx';
import { RowTable } from '../../../ui/page/RowTable.tsx';
import type { RowColumn } from '../../../ui/page/RowTable.tsx';
import { Asked } from '../../Asked.tsx';
import { InviteDialog } from './invite/InviteDialog.tsx';
import { InvitationList } from './invite/InvitationList.tsx';
import { MemberPanel } from './member/MemberPanel.tsx';
import classes from './People.module.css';

/** So exact is what is known of when somebody was seen. */
const seenPrecisionMs = 5 * 60_000;

function Person({ member, session }: { member: Member; session: Session }): ReactNode {
  return (
    <span className={classes.person}>
      <span className={classes.name}>
        {member.name || member.email}
        {member.id === session.person.id && <Badge>you</Badge>}
        {member.isLocked && <Badge tone="bad">locked</Badge>}
        {member.isOperator && <Badge>operator</Badge>}
      </span>
      {member.name !== '' && <span className={classes.email}>{member.email}</span>}
    </span>
  );
}

function SecondFactor({ isOn }: { isOn: boolean }): ReactNode {
  const Icon = isOn ? IconCheck : IconX;
  return (
    <span className={classes.yes} data-is={isOn}>
      <Icon size={14} stroke={1.75} aria-hidden="true" />
      {isOn ? 'on' : 'off'}
    </span>
  );
}

function columns(session: Session, nowMs: number): RowColumn<Member>[] {
  const zone = preferredZone();
  return [
    { label: 'Person', cell: (member) => <Person member={member} session={session} /> },
    {
      label: 'Role',
      cell: ({ role, limits }) => (
        <>
          {roleName(role)} {Object.keys(limits).length > 0 && <Badge tone="warning">limited</Badge>}
        </>
      ),
    },
    { label: 'Groups', isSecondary: true, cell: ({ groups }) => groups.map((group) => group.name).join(', ') },
    { label: 'Second factor', isShort: true, cell: ({ twoFactor }) => <SecondFactor isOn={twoFactor} /> },
    {
      label: 'Last seen',
      isShort: true,
      cell: ({ lastSeenAt }) =>
        lastSeenAt === null ? (
          <span className="bw-quiet">never</span>
        ) : (
          <span title={formatInstant(lastSeenAt, zone)}>
            {nowMs - Date.parse(lastSeenAt) < seenPrecisionMs ? 'just now' : formatAgo(lastSeenAt, nowMs)}
          </span>
        ),
    },
  ];
}

/** The page. */
export function PeoplePage(): ReactNode {
  const { session } = useSuspenseQuery(sessionQuery).data;
  const search = useSearch({ from: '/inside/settings/settings/people' });
  const navigate = useNavigate();
  const [isInviting, setIsInviting] = useState(false);
  const members = useQuery(membersQuery(search.q));
  const nowMs = useNow();
  const change = useCallback(
    (part: PeopleSearch, isStep = true) =>
      void navigate({ to: '/settings/people', search: (before) => ({ ...before, ...part }), replace: !isStep, resetScroll: false }),
    [navigate],
  );
  const searchText = useCallback((q: string) => change({ q: q === '' ? undefined : q }, false), [change]);
  if (session === null) return null;
  const canManage = may(session, 'people:manage');
  const table = {
    caption: 'Members',
    columns: columns(session, nowMs),
    keyOf: ({ id }: Member) => id,
    nameOf: ({ name, email }: Member) => name || email,
    onOpen: ({ id }: Member) => change({ open: id }),
  };
  const opened = members.data?.people.find((member) => member.id === search.open);
  const total = members.data?.total;
  return (
    <>
      <PageHead
        title="People"
        about={
          total === undefined || search.q !== undefined
            ? 'Who belongs to this workspace.'
            : `${formatCount(total, 'person belongs', 'people belong')} to this workspace.`
        }
        actions={canManage && <Button onClick={() => setIsInviting(true)}>Invite somebody</Button>}
      />
      <div className={classes.tools}>
        <SearchField label="Search names and addresses" value={search.q ?? ''} onSearch={searchText} />
      </div>
      <Section isFlush>
        <Asked query={members} skeleton={<RowTable {...table} rows={[]} skeletonRows={6} />}>
          {({ people, total: matching }) =>
            people.length === 0 ? (
              <EmptyState icon={IconUsers} title="Nobody matches">
                No name or address of a member holds “{search.q}”.
              </EmptyState>
            ) : (
              <>
                <RowTable {...table} rows={people} />
                {matching > people.length && (
                  <p className="bw-quiet" style={{ padding: '10px 16px' }}>
                    The first {formatCount(people.length, 'person', 'people')} of {matching.toLocaleString('en-US')}; search for the others.
                  </p>
                )}
              </>
            )
          }
        </Asked>
      </Section>
      {members.data !== undefined && members.data.invitations.length > 0 && (
        <InvitationList invitations={members.data.invitations} canManage={canManage} />
      )}
      {isInviting && <InviteDialog session={session} onClose={() => setIsInviting(false)} />}
      {opened !== undefined && (
        <MemberPanel key={opened.id} member={opened} session={session} onClose={() => change({ open: undefined })} />
      )}
    </>
  );
}
